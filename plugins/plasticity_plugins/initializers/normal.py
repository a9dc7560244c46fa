"""Weights from a normal distribution."""

from __future__ import annotations

from plasticity import Stream, component, hookimpl, setting
from plasticity.typing import Array


@component
class Normal:
    """Independent normal weights.

    w_ij ~ N(mean, std^2)
    """

    mean: float = setting(default=0.0, doc="mean of the weights")
    std: float = setting(default=1.0, low=0, doc="standard deviation of the weights")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights[...] = self.rng.normal(self.mean, self.std, weights.shape)
