"""How fast an optimizer goes: its rate, the factor of the schedule, and bounds on their product."""

import math
from collections.abc import Callable
from typing import Any, ClassVar

from numba import njit

from plasticity import Kernel, component, setting
from plasticity.errors import SettingError
from plasticity.typing import Scalar
from plasticity_plugins.kernels import kernel


@component
class Paced:
    """What every optimizer shares: the rate of one step.

        r_t = min(max(rate f_t, rate_min), rate_max)

    f_t is the factor of the schedule. A rate_min keeps a schedule that falls to zero from ending
    the learning; a phase that learns nothing learns nothing all the same.

    Raises `SettingError` where rate_min exceeds rate_max.

    Source: the published code of Squadrani et al. 2022, which calls the bounds lr_min and lr_max.
    """

    label: ClassVar[str]  # how messages call it; `component` fills it in

    rate: float = setting(default=0.01, above=0, doc="learning rate", because="0 learns nothing")
    rate_min: float = setting(
        default=0.0, low=0, doc="smallest rate of a step", because="it would unlearn"
    )
    rate_max: float = setting(
        default=math.inf, above=0, doc="largest rate of a step", because="0 learns nothing"
    )

    def __attrs_post_init__(self) -> None:
        if self.rate_min > self.rate_max:
            raise SettingError(
                f"{self.label}: rate_min must not exceed rate_max, got rate_min = "
                f"{self.rate_min:g} and rate_max = {self.rate_max:g}"
            )


def moves(moved: Callable[..., Any], *numbers: Any, **others: Any) -> tuple[Kernel]:
    """Return the kernel of an optimizer, whose own numbers follow the rate and its bounds.

    moved    w, dw, *state, *what `before` returns -> w, *state
    others   of `Kernel`; `before` is `paced` unless given
    """
    others = {"before": paced} | others
    return kernel("apply_update", moved, "rate", "rate_min", "rate_max", *numbers, **others)


def fading(default: float, what: str) -> Any:
    """Return the setting of the share of an old mean that is kept."""
    return setting(
        default=default,
        low=0,
        below=1,
        doc=f"share of {what} kept at each update",
        because="a mean that keeps everything takes in nothing",
    )


def small(default: float, added_to: str) -> Any:
    """Return the setting of what keeps a divisor from being 0."""
    return setting(
        default=default,
        above=0,
        doc=f"added to the {added_to}",
        because="a weight that never got an update would divide 0 by 0",
    )


def paced(rate_factor, rate, rate_min, rate_max, *others):  # type: ignore[no-untyped-def]  # compiled
    """Return, once a step, its rate and the other numbers as they are."""
    return bounded(rate_factor, rate, rate_min, rate_max), *others


@njit(error_model="numpy")
def bounded(rate_factor: Scalar, rate: Scalar, rate_min: Scalar, rate_max: Scalar) -> Scalar:
    """Return the rate of a step within its bounds, in the type of `rate`."""
    return type(rate)(min(max(rate * rate_factor, rate_min), rate_max))
