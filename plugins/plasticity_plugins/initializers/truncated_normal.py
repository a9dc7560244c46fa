"""Weights from a normal distribution without its tails."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from plasticity import Stream, component, hookimpl, setting
from plasticity.typing import Array


@component
class TruncatedNormal:
    """Independent normal weights, none of them far from the mean.

        w_ij ~ N(mean, std^2), given |w_ij - mean| < cut std

    With a cut of 2 their standard deviation is 0.88 std. Each weight takes one random number,
    through the inverse of the distribution function; to draw again what lies beyond, as the code of
    Squadrani et al. does, gives the same distribution.
    """

    mean: float = setting(default=0.0, doc="mean of the weights")
    std: float = setting(default=1.0, low=0, doc="standard deviation before the cut")
    cut: float = setting(
        default=2.0, above=0, unit="std", doc="largest distance of a weight from the mean"
    )

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        quantile = self.rng.uniform(ndtr(-self.cut), ndtr(self.cut), weights.shape)
        # Rounding may put a quantile on the far side of the cut, or at infinity.
        drawn = np.clip(ndtri(quantile), -self.cut, self.cut)
        weights[...] = self.mean + self.std * drawn
