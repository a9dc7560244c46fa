"""A learning rate that stays."""

from __future__ import annotations

from plasticity import Kernel, component
from plasticity.typing import Scalar


def _one(step: Scalar, epoch: Scalar, n_step: Scalar, n_epoch: Scalar) -> Scalar:
    return 1.0


@component
class Constant:
    """Factor 1 on the learning rate at every step: the same as no schedule.

        f = 1

    It takes the place of another schedule where a setting must name one.
    """

    kernels = (Kernel("schedule_rate", _one),)
