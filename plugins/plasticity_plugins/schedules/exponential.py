"""A learning rate that falls by the same share again and again."""

from __future__ import annotations

from plasticity import Kernel, component, setting


def _factor(step, epoch, n_step, n_epoch, share, per_epoch):  # type: ignore[no-untyped-def]  # compiled
    return share ** (epoch if per_epoch else step)


@component
class Exponential:
    """Factor on the learning rate that is multiplied by one share at each epoch or step.

        f = share^epoch     per "epoch"
        f = share^step      per "step"

    Counted are the epochs or steps done before this one, also those of phases that learn nothing.

    >>> from plasticity import Clock
    >>> [Exponential(share=0.5).schedule_rate(Clock(10, 3, step=10 * e, epoch=e)) for e in range(3)]
    [1.0, 0.5, 0.25]
    """

    share: float = setting(
        default=0.95,
        above=0,
        high=1,
        doc="what is left of the rate after an epoch or step",
        because="the rate would rise, or be 0 after the first",
    )
    per: str = setting(default="epoch", choices=("epoch", "step"), doc="when the factor falls")

    kernels = (
        Kernel(
            "schedule_rate",
            _factor,
            parameters=lambda self, batch: (self.share, self.per == "epoch"),
        ),
    )
