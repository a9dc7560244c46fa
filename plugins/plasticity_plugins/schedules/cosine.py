"""A learning rate that falls along half a cosine."""

from __future__ import annotations

import math

from plasticity import Kernel, component, setting


def _factor(step, epoch, n_step, n_epoch, lowest, cycles, per_epoch):  # type: ignore[no-untyped-def]  # compiled
    turns = (cycles * epoch) / n_epoch if per_epoch else (cycles * step) / n_step
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * (turns % 1))) / 2


@component(source="loshchilov2017sgdr")
class Cosine:
    """Factor on the learning rate that falls along half a cosine, once or again and again.

        f = lowest + (1 - lowest) (1 + cos(pi c)) / 2,   c = cycles * step / n_step modulo 1

    Per "epoch" it counts epochs in place of steps, so it is constant within one. Counted are those
    done before this one, also in phases that learn nothing, so the lowest is reached just after the
    last step.

    Source: Loshchilov & Hutter, ICLR 2017, equation 5, with cycles of one length (T_mult = 1).

    >>> from plasticity import Clock
    >>> [round(Cosine().schedule_rate(Clock(4, 1, step=n)), 3) for n in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """

    lowest: float = setting(
        default=0.0,
        low=0,
        high=1,
        doc="factor to which the rate falls",
        because="the rate would be negative, or rise",
    )
    cycles: int = setting(
        default=1,
        low=1,
        doc="how often the rate falls, each time from 1",
        because="it would never fall",
    )
    per: str = setting(default="step", choices=("epoch", "step"), doc="when the factor falls")

    kernels = (
        Kernel(
            "schedule_rate",
            _factor,
            parameters=lambda self, batch: (self.lowest, self.cycles, self.per == "epoch"),
        ),
    )
