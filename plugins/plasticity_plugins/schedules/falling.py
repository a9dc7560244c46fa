"""Learning rates that fall, or rise first; and one that stays."""

import math
from typing import Any

from plasticity import component, setting
from plasticity.typing import Scalar
from plasticity_plugins.kernels import kernel

_AFTER = ("constant", "linear", "cosine", "inverse_root")


def _per_epoch(schedule: Any, batch: int) -> bool:
    return bool(schedule.per == "epoch")


def _unchanged(step: Scalar, epoch: Scalar, n_step: Scalar, n_epoch: Scalar) -> Scalar:
    return 1.0


@component
class Constant:
    """Factor 1 on the learning rate at every step: the same as no schedule.

        f = 1

    It takes the place of another schedule where a setting must name one.
    """

    kernels = kernel("schedule_rate", _unchanged)


def _line(step, epoch, n_step, n_epoch, per_epoch):  # type: ignore[no-untyped-def]  # compiled
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

    kernels = kernel("schedule_rate", _line, _per_epoch)


def _inverse(step: Scalar, epoch: Scalar, n_step: Scalar, n_epoch: Scalar, decay: Scalar) -> Scalar:
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

    kernels = kernel("schedule_rate", _inverse, "decay")


def _stairs(step, epoch, n_step, n_epoch, share, length, per_epoch):  # type: ignore[no-untyped-def]  # compiled
    return share ** ((epoch if per_epoch else step) // length)


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

    kernels = kernel("schedule_rate", _stairs, "share", 1, _per_epoch)


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

    kernels = kernel("schedule_rate", _stairs, "share", "length", _per_epoch)


def _half_cosine(step, epoch, n_step, n_epoch, lowest, cycles, per_epoch):  # type: ignore[no-untyped-def]  # compiled
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

    kernels = kernel("schedule_rate", _half_cosine, "lowest", "cycles", _per_epoch)


def _risen(step, epoch, n_step, n_epoch, length, after):  # type: ignore[no-untyped-def]  # compiled
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

    kernels = kernel("schedule_rate", _risen, "length", lambda self, _: _AFTER.index(self.after))
