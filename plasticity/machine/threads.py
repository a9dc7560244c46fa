"""The threads of matrix products and compiled loops: their number, and how they wait for work."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from typing import Any

_WORTH_SHARING = 4_000_000  # multiplications
_LOOKS = "5000"


def n_core() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_thread_if_small(multiplications: int, compiled: bool = False) -> Iterator[None]:
    """Run matrix products on one thread within the context, unless they are worth sharing.

    A `compiled` step shares the cores itself: with threads of BLAS beside its own it would take
    thirty times as long. A product of a few microseconds gains nothing from a second thread, and
    where another process holds that core it waits: 20 s in place of 0.5 s for a run of 64 inputs.
    """
    if multiplications > _WORTH_SHARING and not compiled:
        yield
        return
    if compiled:
        _load_products()
    with one_thread():
        yield


def one_thread() -> AbstractContextManager[None]:
    """Run matrix products on one thread within the context, whatever else begins or ends meanwhile.

    Use it for products that decide results: several threads round in another way than one.

    >>> import numpy as np
    >>> from plasticity import one_thread
    >>> with one_thread():
    ...     products = np.ones((2, 3)) @ np.ones((3, 2))
    """
    return _limits.held_to(1)


def _load_products() -> None:
    """Load the matrix products of compiled steps, which Numba takes from SciPy.

    A limit holds only for libraries that are loaded when it is set, and Numba loads late: a step of
    the first run of a process then took 7 ms in place of 3.6 ms with 2000 neurons.
    """
    import scipy.linalg.cython_blas  # noqa: F401  # only for its library


def sleep_soon() -> None:
    """Let the threads of compiled loops look for work for some 50 us, and then sleep.

    Has no effect once the first parallel loop has run. GNU's OpenMP looks for milliseconds: where
    another process wants a core a step of 0.3 ms then takes 16 ms in place of 0.6 to 1 ms.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _LOOKS)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Run matrix products and compiled loops on `count` threads within the context."""
    import numba

    sleep_soon()
    _load_products()
    before = numba.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]  # set at import
    try:
        with _limits.held_to(count):
            yield
    finally:
        numba.set_num_threads(before)


class _Limits:
    """The numbers of threads that matrix products are held to, which is one for all the process.

    The lowest holds as long as it is wanted; the libraries get back what they had when the last of
    several runs side by side ends, in whatever order they do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: list[int] = []
        self._before: dict[str, tuple[Any, int]] = {}  # library and its threads, by its file

    @contextmanager
    def held_to(self, count: int) -> Iterator[None]:
        """Run matrix products on `count` threads within the context, or on fewer if others ask."""
        with self._lock:
            for library in _libraries(len(sys.modules)).lib_controllers:
                if library.user_api == "blas":
                    self._before.setdefault(library.filepath, (library, library.num_threads))
            self._wanted.append(count)
            self._set()
        try:
            yield
        finally:
            with self._lock:
                if count in self._wanted:  # not where the process was forked meanwhile
                    self._wanted.remove(count)
                self._set()

    def _set(self) -> None:
        for library, before in self._before.values():
            library.set_num_threads(min(self._wanted, default=before))
        if not self._wanted:
            self._before.clear()

    def end_in_child(self) -> None:
        """Give back what was before, in a forked process without the threads that wanted less."""
        self._lock = threading.Lock()
        self._wanted.clear()
        self._set()


_limits = _Limits()
_forked_beside_threads = False


def may_start_threads() -> bool:
    """Return whether compiled loops may be shared among threads in this process.

    Not where it was forked from one that has shared some: the threads are not there any more, and
    GNU's OpenMP ends a process that asks for them, so that a pool of processes waits for ever.
    """
    return not _forked_beside_threads


def _begin_in_child() -> None:
    global _forked_beside_threads
    _limits.end_in_child()
    if "numba" in sys.modules:
        with suppress(ValueError):  # no thread has been started
            sys.modules["numba"].threading_layer()
            _forked_beside_threads = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)


@lru_cache(maxsize=1)
def _libraries(n_module: int) -> Any:
    """Return the loaded libraries that have threads; to look them up takes 1 to 3 ms."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
