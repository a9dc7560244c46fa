"""A learning rate that falls as one over time."""

from __future__ import annotations

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _factor(step: Scalar, epoch: Scalar, n_step: Scalar, n_epoch: Scalar, decay: Scalar) -> Scalar:
    return 1 / (1 + decay * step)


@component(source="robbins1951stochastic")
class InverseTime:
    """Factor on the learning rate that falls as one over the number of steps.

        f = 1 / (1 + decay n)

    n counts the steps done before this one, also those of phases that learn nothing.

    The published code of Squadrani et al. multiplies the rate itself by this factor at each update,
    so that the factors compound: at decay = 0.01 the rate is 1e-17 of the first after 100 updates,
    where 1 / (1 + decay n) is 1/2. That is taken for a slip and not followed.

    Source: Robbins & Monro, Annals of Mathematical Statistics 22 (1951) 400, whose rates fall so.

    >>> from plasticity import Clock
    >>> InverseTime(decay=0.01).schedule_rate(Clock(10, 20, step=100))
    0.5
    """

    decay: float = setting(
        default=0.01, low=0, unit="1/step", doc="how fast the rate falls", because="it would rise"
    )

    kernels = (Kernel("schedule_rate", _factor, parameters=lambda self, batch: (self.decay,)),)
