"""Adam whose weights fade beside its steps."""

from __future__ import annotations

from numba import njit

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar
from plasticity_plugins.optimizers import adam
from plasticity_plugins.optimizers.pace import bounded

_adam_corrected = njit(error_model="numpy")(adam.corrected)
_adam_moved = njit(error_model="numpy")(adam.moved)


def _corrected(rate_factor, t, fade, rate, rate_min, rate_max, *betas):  # type: ignore[no-untyped-def]  # compiled
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    prepared = _adam_corrected(rate_factor, t, rate, rate_min, rate_max, *betas)
    return pace * fade, *prepared


def _numbers(adamw: AdamW, batch: int) -> tuple[float, ...]:
    return adamw.weight_decay, *adam.numbers_of(adamw, batch)


def _moved(w: Scalar, dw: Scalar, m: Scalar, v: Scalar, fade: Scalar, *prepared: Scalar) -> Scalar:
    return _adam_moved(w - fade * w, dw, m, v, *prepared)


@component(source="loshchilov2019decoupled", label="adamw")
class AdamW(adam.Adam):
    """Adam's step, and beside it a decay of the weights that Adam does not divide.

        W <- W + r_t (M / (1 - beta1^t)) / (sqrt(V / (1 - beta2^t)) + epsilon) - r_t weight_decay W

    t, M, V and r_t are those of Adam.

    Source: Loshchilov & Hutter, ICLR 2019, algorithm 2. Its lambda, which the schedule multiplies
    and the rate does not, is our rate * weight_decay: common libraries and the settings published
    with them have the rate in it, and so have we.
    """

    weight_decay: float = setting(
        default=0.01,
        low=0,
        unit="1/rate",
        doc="share of the weights lost at each update, over the rate",
        because="weights would grow by themselves",
    )

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=_corrected,
            state=("mean", "square"),
            count="count",
            parameters=_numbers,
        ),
    )
