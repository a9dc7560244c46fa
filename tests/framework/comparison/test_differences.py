"""The interval of a difference over seeds, where it is degenerate or known."""

import numpy as np
import pytest

from plasticity.comparison.statistics import difference


@pytest.mark.parametrize("n_pair", [2, 3, 5, 500])
def test_equal_differences_have_an_interval_of_no_length(n_pair):
    apart = difference(np.full(n_pair, 3.0), np.ones(n_pair))
    assert (apart.mean, apart.low, apart.high, apart.within_noise) == (2, 2, 2, False)


def test_no_difference_is_within_noise():
    assert difference(np.ones(4), np.ones(4)).within_noise is True


def test_of_two_seeds_the_interval_is_the_range_and_of_one_there_is_none():
    apart = difference(np.array([1.0, 4.0, np.nan]), np.zeros(3))
    assert (apart.mean, apart.low, apart.high) == (2.5, 1, 4)
    assert difference(np.array([1.0]), np.zeros(1)).within_noise is None
    assert difference(np.array([np.nan]), np.zeros(1)) is None


def test_of_many_samples_the_interval_is_that_of_the_normal_distribution():
    pairs = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], 10_000, p=[0.03, 0.92, 0.05])
    apart = difference(pairs, np.zeros(10_000), of="samples")
    half = 1.96 * pairs.std() / 100
    # A quantile of 1,000 resamples is known to about 4 % of the half length; four times that.
    assert abs(apart.low - (pairs.mean() - half)) < 0.16 * half
    assert abs(apart.high - (pairs.mean() + half)) < 0.16 * half
