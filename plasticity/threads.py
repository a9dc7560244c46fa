"""How many threads a matrix product gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_WORTH_SHARING = 4_000_000  # multiplications


@contextmanager
def one_thread_if_small(multiplications: int, compiled: bool = False) -> Iterator[None]:
    """Within, matrix products run on one thread, unless they are worth sharing.

    compiled   whether a compiled step shares the cores itself: its threads and those of BLAS,
               taking turns, would make the same work thirty times slower

    Threads that wait for each other spin. A product of a few microseconds gains nothing from a
    second thread, and where another process holds the second core it waits milliseconds for it:
    measured, 20 s in place of 0.5 s for a run with 64 inputs.
    """
    if multiplications > _WORTH_SHARING and not compiled:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Within, matrix products and compiled loops run on this many threads."""
    import numba
    from threadpoolctl import threadpool_limits

    before = numba.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]  # set at import
    try:
        with threadpool_limits(limits=count, user_api="blas"):
            yield
    finally:
        numba.set_num_threads(before)
