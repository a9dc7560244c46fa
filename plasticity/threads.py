"""How many threads matrix products and compiled loops get, and how they wait for work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_WORTH_SHARING = 4_000_000  # multiplications
_LOOKS = "5000"


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
    if compiled:
        _load_products()
    with _products_on(1):
        yield


def _load_products() -> None:
    """Load the matrix products of compiled steps, which Numba takes from SciPy.

    A limit holds only for the libraries that are loaded when it is set. Numba loads this one with
    the first product: measured, 7 ms in place of 3.6 ms for each step of the first run of a
    process with 2000 neurons, 1.2 ms in place of 0.3 ms with 100.
    """
    import scipy.linalg.cython_blas  # noqa: F401  # only for its library


def sleep_soon() -> None:
    """Let the threads of compiled loops look for work for some 50 us, and then sleep.

    Has no effect once the first parallel loop has run. By default GNU's OpenMP looks for
    milliseconds. Measured on two cores: a step of 0.3 ms takes as long either way, but where
    another process wants a core it takes 0.6 to 1 ms in place of 16 ms. A GOMP_SPINCOUNT of the
    user stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _LOOKS)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Within, matrix products and compiled loops run on this many threads."""
    import numba

    sleep_soon()
    _load_products()
    before = numba.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]  # set at import
    try:
        with _products_on(count):
            yield
    finally:
        numba.set_num_threads(before)


def _products_on(count: int) -> AbstractContextManager[Any]:
    """Within, matrix products run on this many threads."""
    limit: AbstractContextManager[Any] = _libraries(len(sys.modules)).limit(
        limits=count, user_api="blas"
    )
    return limit


@lru_cache(maxsize=1)
def _libraries(n_module: int) -> ThreadpoolController:
    """The loaded libraries that have threads; looked for again where modules came since then.

    To look through all that a process has loaded takes 1 to 3 ms, as long as a short run.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
