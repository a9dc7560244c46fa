"""Differences of paired values with their intervals, and the spread over seeds."""

from __future__ import annotations

import attrs
import numpy as np

from plasticity.typing import Array


@attrs.frozen
class Difference:
    """How far the values of one run lie above those of another, pair by pair.

    mean       of the differences
    low, high  95 % interval of the mean by a paired bootstrap; NaN where there is one pair
    n_pair     number of pairs with a number on both sides
    of         what the pairs are: "seeds" or "samples"
    """

    mean: float
    low: float
    high: float
    n_pair: int
    of: str = "seeds"

    @property
    def within_noise(self) -> bool | None:
        """Return whether the interval contains 0; None where there is no interval."""
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            return None
        return bool(self.low <= 0 <= self.high)


def difference(values: Array, reference: Array, of: str = "seeds") -> Difference | None:
    """Return the difference of paired values with the interval of its mean; None without a pair.

        d_s = a_s - b_s,   interval: quantiles 0.025 and 0.975 of mean(d*) over resamples d*

    The same values give the same interval. Of three pairs or fewer it is the range of the
    differences. Corrected for bias and skewness (BCa) it covers the mean no more often: for five
    normal pairs 83 % in place of 84 %, where a t interval has 95 %.

    Parameters
    ----------
    values, reference : (pair,)
        a and b; NaN where there is none.
    of : str
        What the pairs are.

    References
    ----------
    The percentile interval of Efron & Tibshirani, Statistical Science 1 (1986) 54.

    Examples
    --------
    >>> apart = difference(np.array([3.0, 4.0, 5.0]), np.array([1.0, 1.0, 1.0]))
    >>> apart.mean, apart.low, apart.high, apart.within_noise
    (3.0, 2.0, 4.0, False)
    """
    from scipy.stats import bootstrap

    pairs = np.asarray(values, np.float64) - np.asarray(reference, np.float64)
    pairs = pairs[np.isfinite(pairs)]
    if not pairs.size:
        return None
    low = high = float("nan")
    if pairs.size > 1:
        # Fewer resamples where the pairs are thousands of samples, which would take seconds.
        draws = max(1_000, min(10_000, 10_000_000 // pairs.size))
        low, high = bootstrap(
            (pairs,), np.mean, method="percentile", n_resamples=draws, batch=100, rng=0
        ).confidence_interval
    return Difference(float(pairs.mean()), float(low), float(high), pairs.size, of)


def spread(values: Array) -> float:
    """Return the sample standard deviation over seeds; NaN of fewer than two numbers.

    >>> spread(np.array([1.0, 3.0, np.nan]))
    1.4142135623730951
    """
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    return float(found.std(ddof=1)) if found.size > 1 else float("nan")
