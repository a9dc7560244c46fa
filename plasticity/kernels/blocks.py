"""How many neurons a compiled step takes at a time through its matrix products."""

from __future__ import annotations

from functools import cache

# OpenBLAS multiplies matrices up to these sizes without copying them into panels first, on
# processors with AVX-512; elsewhere, and just beyond, it copies all samples for a few neurons.
_PROCESSORS = ("SkylakeX", "Cooperlake", "SapphireRapids")
_PRODUCT = 1_000_000  # multiplications
_RESULT = 1200  # elements of W x
_LANES = 4  # neurons that its innermost loop takes at once


def rows_at_a_time(n_neuron: int, n_sample: int, n_input: int) -> int:
    """How many neurons make the two products of a step the fastest.

    All of them, unless OpenBLAS is known to be fast on a few. Measured with 784 inputs, 100 samples
    and two threads, for 12 neurons at a time in place of all: 155 in place of 217 us for the two
    products with 100 neurons, 3.2 in place of 3.4 ms with 2000.

    The numbers of the machine and of the layer decide, and no measurement, so that a run can be
    repeated bit for bit.
    """
    rows = min(_RESULT // n_sample, _PRODUCT // (n_sample * n_input)) // _LANES * _LANES
    return rows if rows and _small_products_are_fast() else n_neuron


@cache
def _small_products_are_fast() -> bool:
    import scipy.linalg.cython_blas  # noqa: F401  # whose products Numba uses
    from threadpoolctl import threadpool_info

    libraries = [found for found in threadpool_info() if found["user_api"] == "blas"]
    return all(found.get("architecture") in _PROCESSORS for found in libraries)
