"""What several seeds tell of a difference, and whether it may be noise."""

from __future__ import annotations

import attrs
import numpy as np

from plasticity.typing import Array

_DRAWS = 10_000
_SHARE = 0.95


@attrs.frozen
class Difference:
    """How far the values of one run lie above those of another, pair by pair.

    mean       of the differences
    low, high  95 % interval of the mean by a paired bootstrap; NaN where there is one pair
    n_pair     how many pairs have a number on both sides
    of         what the pairs are: "seeds" or "samples"
    """

    mean: float
    low: float
    high: float
    n_pair: int
    of: str = "seeds"

    @property
    def within_noise(self) -> bool | None:
        """Whether the interval holds 0; None where there is no interval."""
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            return None
        return bool(self.low <= 0 <= self.high)


def difference(values: Array, reference: Array, of: str = "seeds") -> Difference | None:
    """The difference of paired values, with the interval of its mean; None without a pair.

        d_s = a_s - b_s,   interval: quantiles 0.025 and 0.975 of mean(d*) over 10,000 resamples d*

    values     (pair,)  a; NaN where there is none
    reference  (pair,)  b

    The resamples are drawn from one seed, so that the same values give the same interval. Of three
    pairs or fewer the interval is the range of the differences.

    Source: the percentile interval of the bootstrap, Efron & Tibshirani, Statistical Science 1
    (1986) 54.

    >>> found = difference(np.array([3.0, 4.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> found.mean, found.low, found.high, found.within_noise
    (3.0, 2.0, 4.0, False)
    """
    pairs = np.asarray(values, np.float64) - np.asarray(reference, np.float64)
    pairs = pairs[np.isfinite(pairs)]
    if not pairs.size:
        return None
    if pairs.size == 1:
        return Difference(float(pairs[0]), float("nan"), float("nan"), 1, of)
    tails = ((1 - _SHARE) / 2, (1 + _SHARE) / 2)
    low, high = np.quantile(_means_of_resamples(pairs), tails)
    return Difference(float(pairs.mean()), float(low), float(high), pairs.size, of)


def spread(values: Array) -> float:
    """The standard deviation over seeds, of a sample; NaN where there are fewer than two numbers.

    >>> spread(np.array([1.0, 3.0, np.nan]))
    1.4142135623730951
    """
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    return float(found.std(ddof=1)) if found.size > 1 else float("nan")


def _means_of_resamples(pairs: Array) -> Array:
    """The mean of each of many resamples, drawn with replacement."""
    generator = np.random.default_rng(0)
    different, counts = np.unique(pairs, return_counts=True)
    # Of a few different values it is enough to draw how often each comes.
    if different.size <= pairs.size // 2:
        drawn = generator.multinomial(pairs.size, counts / pairs.size, _DRAWS)
        return np.asarray(drawn @ different / pairs.size)
    means = np.empty(_DRAWS)
    block = max(1, 1_000_000 // pairs.size)
    for start in range(0, _DRAWS, block):
        stop = min(start + block, _DRAWS)
        rows = generator.integers(0, pairs.size, (stop - start, pairs.size))
        means[start:stop] = pairs[rows].mean(axis=1)
    return means
