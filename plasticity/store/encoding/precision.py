"""Numbers with fewer bits, so that they compress better."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


def rounded(values: Array, bits: int) -> Array:
    """Return floating point numbers with the first bits of their mantissa, to the nearest or even.

    The bits after them are 0. NaN and inf stay what they are; a number that is larger than the
    largest with these bits becomes inf, as it does in a smaller type. The relative error is at most
    2^-(bits + 1), that of numbers too small to be normal is larger.

    Source: Klower et al., Nat. Comput. Sci. 1 (2021) 713, who call it bit rounding. (The bit
    grooming of Zender, Geosci. Model Dev. 9 (2016) 3199, is another rounding: it sets and clears
    the dropped bits in turn.) netCDF and CF tell the bits in the same way as we do.

    >>> rounded(np.array([1.0625, 1.1875, 3.14159]), bits=3).tolist()
    [1.0, 1.25, 3.25]
    """
    if bits >= np.finfo(values.dtype).nmant:
        return values
    from numcodecs.bitround import BitRound

    result: Array = BitRound(bits).encode(values).view(values.dtype)
    np.copyto(result, values, where=~np.isfinite(values))
    return result
