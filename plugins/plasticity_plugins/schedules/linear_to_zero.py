"""A learning rate that falls on a line to zero."""

from __future__ import annotations

from plasticity import Kernel, component, setting


def _factor(step, epoch, n_step, n_epoch, per_epoch):  # type: ignore[no-untyped-def]  # compiled
    return 1 - (epoch / n_epoch if per_epoch else step / n_step)


@component(source="krotov2019unsupervised")
class LinearToZero:
    """Factor on the learning rate that falls on a line from 1 to 0.

        f = 1 - epoch / n_epoch     per "epoch": constant within one, so the last still learns
        f = 1 - step / n_step       per "step"

    Counted are the epochs or steps done before this one, also those of phases that learn nothing.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, whose published code anneals per epoch.

    >>> from plasticity import Clock
    >>> [LinearToZero().schedule_rate(Clock(10, 4, step=10 * e, epoch=e)) for e in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    """

    per: str = setting(default="epoch", choices=("epoch", "step"), doc="when the factor falls")

    kernels = (
        Kernel("schedule_rate", _factor, parameters=lambda self, batch: (self.per == "epoch",)),
    )
