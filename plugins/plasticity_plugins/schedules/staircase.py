"""A learning rate that falls in steps."""

from __future__ import annotations

from plasticity import Kernel, component, setting


def _factor(step, epoch, n_step, n_epoch, share, length, per_epoch):  # type: ignore[no-untyped-def]  # compiled
    return share ** ((epoch if per_epoch else step) // length)


@component
class Staircase:
    """Factor on the learning rate that stays, then falls by a share, and stays again.

        f = share^floor(epoch / length)     per "epoch"
        f = share^floor(step / length)      per "step"

    Counted are the epochs or steps done before this one, also those of phases that learn nothing.
    Other libraries call it step decay.

    >>> from plasticity import Clock
    >>> staircase = Staircase(share=0.5, length=2)
    >>> [staircase.schedule_rate(Clock(10, 5, step=10 * e, epoch=e)) for e in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    share: float = setting(
        default=0.1,
        above=0,
        high=1,
        doc="what is left of the rate after a stair",
        because="the rate would rise, or be 0 after the first stair",
    )
    length: int = setting(
        default=10,
        low=1,
        unit="epochs or steps",
        doc="how long the rate stays",
        because="it would fall without end",
    )
    per: str = setting(default="epoch", choices=("epoch", "step"), doc="what length counts")

    kernels = (
        Kernel(
            "schedule_rate",
            _factor,
            parameters=lambda self, batch: (self.share, self.length, self.per == "epoch"),
        ),
    )
