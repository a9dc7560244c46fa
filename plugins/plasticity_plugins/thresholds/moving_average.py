"""The paper's threshold: the mean squared activity with a fading memory."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _square(y: Scalar) -> Scalar:
    return y * y


def _faded(theta, mean, first, gamma, share, initial):  # type: ignore[no-untyped-def]  # compiled
    if first:
        theta = mean if np.isnan(initial) else initial
    return gamma * theta + share * mean


@component(source="squadrani2022effectiveness")
class MovingAverage:
    """Threshold that follows the mean squared activity with a fading memory.

        theta_t = gamma theta_(t-1) + (1 - gamma) < y^2 >_batch

    The rule of the same step sees theta_t. Before the first step theta is `initial`, or else the
    first batch's own < y^2 >. With a `time_constant` tau in samples, gamma = exp(-B / tau) for a
    batch of B samples, so that runs with different batches can be compared.

    Source: Squadrani et al., Entropy 24 (2022) 682. The published code computes this average but
    hands the batch mean to the rule; that is the component `batch`.
    """

    memory: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share gamma of the old threshold kept at each step",
        because="a memory of 1 never forgets the first threshold",
    )
    time_constant: float | None = setting(
        default=None, above=0, unit="samples", doc="memory as a time constant; in place of `memory`"
    )
    initial: float | None = setting(
        default=None,
        above=0,
        doc="threshold before the first step; the first batch's mean squared activity if not set",
        because="the Law-Cooper rule divides by the threshold",
    )

    kernels = (
        Kernel(
            "estimate_threshold",
            _faded,
            observe=_square,
            parameters=lambda self, batch: self._numbers(batch),
        ),
    )

    def _numbers(self, n_sample: int) -> tuple[float, ...]:
        gamma = self.gamma(n_sample)
        return gamma, 1 - gamma, math.nan if self.initial is None else self.initial

    def gamma(self, n_sample: int) -> float:
        """Return the share of the old threshold kept at a step of this many samples."""
        if self.time_constant is None:
            return self.memory
        return math.exp(-n_sample / self.time_constant)
