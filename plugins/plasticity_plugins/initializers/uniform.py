"""Weights from a uniform distribution."""

from __future__ import annotations

import math

from plasticity import Stream, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array


@component
class Uniform:
    """Independent uniform weights.

        w_ij ~ U(low, high)

    Raises `SettingError` where low exceeds high or one of them is not finite.
    """

    low: float = setting(default=-0.05, doc="smallest weight")
    high: float = setting(default=0.05, doc="largest weight")

    rng = Stream()

    def __attrs_post_init__(self) -> None:
        if not -math.inf < self.low <= self.high < math.inf:
            raise SettingError(
                f"uniform: low and high must be finite and low <= high, got low = {self.low:g} and "
                f"high = {self.high:g}"
            )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights[...] = self.rng.uniform(self.low, self.high, weights.shape)
