"""A learning rate that rises first."""

from __future__ import annotations

import math

from plasticity import Kernel, component, setting

_AFTER = ("constant", "linear", "cosine", "inverse_root")


def _factor(step, epoch, n_step, n_epoch, length, after):  # type: ignore[no-untyped-def]  # compiled
    if step < length:
        return (step + 1) / length
    if after == 3:
        return math.sqrt(length / (step + 1))
    share = (step - length) / max(n_step - length, 1)
    if after == 1:
        return 1 - share
    return (1 + math.cos(math.pi * share)) / 2 if after == 2 else 1.0


@component(source="goyal2017accurate")
class WarmUp:
    """Factor on the learning rate that rises on a line to 1, and then stays or falls.

        f = (n + 1) / length                             for n < length
        f = 1                                            after it, "constant"
        f = 1 - m                                        "linear"
        f = (1 + cos(pi m)) / 2                          "cosine"
        f = sqrt(length / (n + 1))                       "inverse_root"

    n counts the steps done before this one, also those of phases that learn nothing, and
    m = (n - length) / (n_step - length) is the share that is done of those after the rise.

    Source: Goyal et al., arXiv 1706.02677, section 2.2; "inverse_root" is the schedule of Vaswani
    et al., NeurIPS 2017, equation 3, divided by its largest value.

    >>> from plasticity import Clock
    >>> [WarmUp(length=4).schedule_rate(Clock(6, 1, step=n)) for n in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    length: int = setting(
        default=100, low=1, unit="steps", doc="how long the rate rises", because="0 is no rise"
    )
    after: str = setting(default="constant", choices=_AFTER, doc="what the rate does then")

    kernels = (
        Kernel(
            "schedule_rate",
            _factor,
            parameters=lambda self, batch: (self.length, _AFTER.index(self.after)),
        ),
    )
