"""Work in parts."""

import numpy as np
import pytest
from numba import njit

from plasticity.kernels.parts import in_parts


@njit
def noted(low, high, part, x, places, share):
    """Halve some elements, and note which part did it."""
    for i in range(low, high):
        x[i] *= share[0]
        places[i] = part


@njit
def halve(threads, n_part, x, places):
    in_parts(threads, len(x), n_part, noted, (x, places, (0.5, 3)))


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(("n_part", "expected"), [(1, [0, 0, 0, 0, 0]), (3, [0, 1, 1, 2, 2])])
def test_each_part_is_done_once_whoever_does_it(threads, n_part, expected):
    for halving in (halve, halve.py_func):
        x, places = np.arange(5.0), np.full(5, -1)
        halving(threads, n_part, x, places)
        assert np.array_equal(x, np.arange(5) / 2)
        assert places.tolist() == expected
