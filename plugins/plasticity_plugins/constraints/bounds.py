"""Weights between two values."""

from __future__ import annotations

import math

from plasticity import Kernel, component, setting
from plasticity.errors import SettingError
from plasticity.typing import Scalar


def _bounded(w: Scalar, low: Scalar, high: Scalar) -> Scalar:
    return min(max(w, low), high)


@component(source="cooper2004theory")
class Bounds:
    """Sets weights beyond a bound to that bound.

        w_ij <- min(max(w_ij, low), high)

    As it stands, weights stay excitatory: low = 0 and no upper bound. For no bound give -inf or
    inf. Acts after each update, so the initial weights may lie outside until the first.

    Raises `SettingError` where low exceeds high.

    Source: stabilizer 3 ("saturation") of the simulator of Blais, which also lets weights pass
    through 0; `keep_sign` does not.
    """

    low: float = setting(default=0.0, doc="smallest weight allowed")
    high: float = setting(default=math.inf, doc="largest weight allowed")

    def __attrs_post_init__(self) -> None:
        if not self.low <= self.high:
            raise SettingError(
                f"bounds: low must not exceed high, got low = {self.low:g} and high = {self.high:g}"
            )

    kernels = (
        Kernel("constrain_weights", _bounded, parameters=lambda self, batch: (self.low, self.high)),
    )
