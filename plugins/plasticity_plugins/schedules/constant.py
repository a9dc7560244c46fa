"""A learning rate that stays."""

from __future__ import annotations

from plasticity import Kernel, component, hookimpl


def _one(step, epoch, n_step, n_epoch):  # type: ignore[no-untyped-def]  # compiled
    return 1.0


@component
class Constant:
    """Factor 1 on the learning rate at every step: the same as no schedule.

        f = 1

    It takes the place of another schedule where a setting must name one.
    """

    kernels = (Kernel("schedule_rate", _one),)

    @hookimpl
    def schedule_rate(self) -> float:
        return 1.0
