"""Sums in the order in which NumPy forms them, so that they agree to the last bit."""

from typing import Any

from numba import uint64

from plasticity.kernels.cache import njit

_LEAF = uint64(128)
# Unsigned, so that no index has to be looked at for whether it counts from the end.
_0, _1, _2, _3, _4, _5, _6, _7, _8, _16 = (uint64(n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 16))


@njit(error_model="numpy")
def total(values: Any) -> Any:
    """The sum of an array (value,), as `np.add.reduce` gives it.

    Halves are summed apart, down to 128 values, of which each eighth goes to one of eight sums:
    the rounding error grows with the logarithm of their number.

    >>> import numpy as np
    >>> values = np.linspace(0, 1, 1000, dtype=np.float32)
    >>> float(total(values)) == float(np.add.reduce(values))
    True

    Source: Higham, SIAM J. Sci. Comput. 14 (1993) 783, for pairwise summation.
    """
    return values.dtype.type(0) + _pairwise(values, _0, uint64(len(values)))


@njit(error_model="numpy")
def _pairwise(values: Any, k: Any, n: Any) -> Any:
    """The sum of n values from k on."""
    end = k + n
    if n < _8:
        found = values.dtype.type(0)
        while k < end:
            found += values[k]
            k += _1
        return found
    if n > _LEAF:
        half = n // _16 * _8
        return _pairwise(values, k, half) + _pairwise(values, k + half, n - half)
    a, b, c, d = values[k], values[k + _1], values[k + _2], values[k + _3]
    e, f, g, h = values[k + _4], values[k + _5], values[k + _6], values[k + _7]
    whole = end - n % _8
    k += _8
    while k < whole:
        a += values[k]
        b += values[k + _1]
        c += values[k + _2]
        d += values[k + _3]
        e += values[k + _4]
        f += values[k + _5]
        g += values[k + _6]
        h += values[k + _7]
        k += _8
    found = ((a + b) + (c + d)) + ((e + f) + (g + h))
    while k < end:
        found += values[k]
        k += _1
    return found
