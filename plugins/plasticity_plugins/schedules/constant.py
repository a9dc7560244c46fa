"""A learning rate that stays."""

from __future__ import annotations

from plasticity import component, hookimpl


@component
class Constant:
    """Factor 1 on the learning rate at every step: the same as no schedule.

        f = 1

    It takes the place of another schedule where a setting must name one.
    """

    @hookimpl
    def schedule_rate(self) -> float:
        return 1.0
