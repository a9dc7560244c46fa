"""The threshold of Blais's simulators, which moves after the weights."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity.typing import Scalar


def _square(y: Scalar) -> Scalar:
    return y * y


def _moved(theta, following, mean, first, gamma, share, reference, initial):  # type: ignore[no-untyped-def]  # compiled
    mean = mean / reference
    if first:
        following = mean if np.isnan(initial) else initial
    return following, gamma * following + share * mean


@component(source="cooper2004theory")
class BlaisTau:
    """Threshold that follows the squared activity with a time constant, after the weights.

        theta <- theta + (y^2 / theta_0 - theta) / tau        after each sample

    The rule sees theta as it was before the samples of its step. After a batch of B samples

        theta <- gamma theta + (1 - gamma) < y^2 >_batch / theta_0,   gamma = (1 - 1 / tau)^B

    which for B = 1 is the same; for a larger batch all its samples weigh alike. Before the first
    step theta is `initial`, or else the first batch's own < y^2 > / theta_0.

    Source: the simulators of Blais, Plasticity (theta_0 = 1) and Plasticnet, which accompany
    Cooper, Intrator, Blais & Shouval, Theory of Cortical Plasticity (2004). They draw the first
    theta of each neuron from [0.01, 0.02] and from [0, 0.1].
    """

    tau: float = setting(
        default=1000.0,
        above=1,
        unit="samples",
        doc="time constant",
        because="with 1 or less the threshold remembers nothing, or swings",
    )
    reference: float = setting(
        default=1.0, above=0, doc="theta_0, the scale of y^2", because="it divides"
    )
    initial: float | None = setting(
        default=None,
        above=0,
        doc="threshold before the first step; the first batch's own if not set",
        because="the Law-Cooper rule divides by the threshold",
    )

    following = Variable(("neuron",), description="threshold that the next step's rule will see")

    kernels = (
        Kernel(
            "estimate_threshold",
            _moved,
            observe=_square,
            state=("following",),
            parameters=lambda self, batch: self._numbers(batch),
        ),
    )

    def gamma(self, n_sample: int) -> float:
        """Return the share of the old threshold kept at a step of this many samples."""
        return float((1 - 1 / self.tau) ** n_sample)

    def _numbers(self, n_sample: int) -> tuple[float, ...]:
        gamma = self.gamma(n_sample)
        initial = math.nan if self.initial is None else self.initial
        return gamma, 1 - gamma, self.reference, initial
