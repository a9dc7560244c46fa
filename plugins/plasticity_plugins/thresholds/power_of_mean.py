"""The threshold of the first BCM paper: a power of the mean activity."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity.typing import Scalar


def _itself(y: Scalar) -> Scalar:
    return y


def _faded(theta, m, mean, first, gamma, share, reference, power):  # type: ignore[no-untyped-def]  # compiled
    m = gamma * (mean if first else m) + share * mean
    return (max(m, np.float32(0)) / reference) ** power, m


@component(source="bienenstock1982theory")
class PowerOfMean:
    """Threshold that grows faster than the mean activity, which has a fading memory.

        m_t   = gamma m_(t-1) + (1 - gamma) < y >_batch
        theta = (m_t / y0)^p

    Before the first step m is the first batch's own < y >. The rule of the same step sees m_t.
    A mean below 0 counts as 0: the paper's activities are rates.

    Source: Bienenstock, Cooper & Munro, Journal of Neuroscience 2 (1982) 32, for the rule `bcm82`.
    The paper has theta = (m / y0)^p m: our `power` is its p + 1, our `reference` its
    y0^(p / (p + 1)), and the default of 2 is its p = 1. The form above is that of Blais & Cooper,
    BCM theory, Scholarpedia (2008). The paper leaves the estimate of the mean open; the fading
    memory is that of `moving_average`.
    """

    memory: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share gamma of the old mean kept at each step",
        because="a memory of 1 never forgets the first mean",
    )
    power: float = setting(
        default=2.0,
        above=1,
        doc="p, how much faster than the mean the threshold grows",
        because="only a threshold that grows faster than the mean activity bounds the weights",
    )
    reference: float = setting(
        default=1.0, above=0, doc="activity y0 at which the threshold is 1", because="it divides"
    )

    mean = Variable(("neuron",), description="mean activity with a fading memory")

    kernels = (
        Kernel(
            "estimate_threshold",
            _faded,
            observe=_itself,
            state=("mean",),
            parameters=lambda self, batch: (
                self.memory,
                1 - self.memory,
                self.reference,
                self.power,
            ),
        ),
    )
