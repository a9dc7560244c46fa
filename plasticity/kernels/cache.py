"""Machine code that is kept in the cache folder, wherever the source lies and whoever runs it.

Numba by itself keeps it beside the source or in the user's home, and refuses to import a function
where it can write to neither: a package installed by root and run by somebody without a home.
"""

import fcntl
import hashlib
import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import lru_cache, partial
from pathlib import Path
from threading import Timer
from typing import Any

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.compiler_lock import global_compiler_lock

from plasticity.machine.cache_folder import cache_folder

logger = logging.getLogger("plasticity")

_slow = logging.getLogger("plasticity.compiling")  # what takes long, for who waits at a terminal
_LONG_S = 3
PREFIX = "plasticity_kernel_"  # of the names of modules that `compiled` makes


def kernels_folder() -> Path:
    """The folder of compiled functions."""
    return cache_folder() / "kernels"


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function by Numba and keep its machine code in the cache folder.

    options   of `numba.njit`, but for `cache`

    A folder with what is needed may be read-only. Where it cannot be used, the function is compiled
    at each start, and a warning tells so once. A function without a source file is not kept.

    >>> from plasticity import njit
    >>> @njit(error_model="numpy")
    ... def halved(x):
    ...     return x / 2
    >>> halved(3.0)
    1.5
    """

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(**options)(function)
        path = Path(function.__code__.co_filename)
        if path.is_file() and dispatcher is not function:  # which it is without the JIT
            # As Numba's own `cache=True` does.
            dispatcher._cache = _Kept(function)  # type: ignore[no-untyped-call]
            if path.name.startswith(PREFIX):
                dispatcher.compile = partial(_compile_once, function, dispatcher.compile)
        return dispatcher

    return decorate


def inner_njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile by Numba what compiled functions alone call; without wrappers it takes half the time.

    options   of `numba.njit`
    """
    options |= {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    decorator: Callable[..., Any] = numba.njit(**options)
    return decorator


@lru_cache
def tell(reason: str) -> None:
    """Warn that compiled functions cannot be kept; once for each reason."""
    logger.warning(
        "compiled functions cannot be kept in %s, so each start compiles them anew (%s): set "
        "PLASTICITY_CACHE to a folder that can be written",
        kernels_folder(),
        reason,
    )


def _compile_once(
    function: Callable[..., Any], compile_: Callable[[Any], Any], signature: Any
) -> Any:
    """Compile, or load what another process compiles at this moment; tell where it takes long.

    The lock is on the module's own file, and the system frees that of a process that dies.
    """
    told = "compiling for %d s so far, once for this and all later starts: %s"
    about = function.__globals__.get("ABOUT", function.__qualname__)
    timer = Timer(_LONG_S, _slow.info, (told, _LONG_S, about))
    timer.daemon = True
    with global_compiler_lock, ExitStack() as stack:
        timer.start()
        stack.callback(timer.cancel)
        with suppress(OSError):  # a file system without locks, on which both compile
            file = stack.enter_context(Path(function.__code__.co_filename).open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX)
            # Not by closing the file alone, which a process forked meanwhile has open as well.
            stack.callback(fcntl.flock, file, fcntl.LOCK_UN)
        return compile_(signature)


class _Place:
    """What Numba calls a locator: where the code of a function is kept, and of which source."""

    def __init__(self, function: Callable[..., Any]) -> None:
        code = function.__code__
        self._py_file = code.co_filename  # where Numba's warnings say to come from
        # Of the source as it is now: a module that is edited and loaded again has other functions.
        self._stamp = hashlib.sha256(Path(code.co_filename).read_bytes()).hexdigest()
        self._line = code.co_firstlineno

    def get_cache_path(self) -> str:
        return str(kernels_folder())

    def get_source_stamp(self) -> str:
        return self._stamp

    def get_disambiguator(self) -> str:
        return f"{self._stamp[:16]}-{self._line}"

    def ensure_cache_path(self) -> None:
        kernels_folder().mkdir(parents=True, exist_ok=True)


class _Code(CompileResultCacheImpl):
    def __init__(self, function: Callable[..., Any]) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = _Place(function)
        name = f"{Path(function.__code__.co_filename).stem}.{function.__qualname__}"
        self._filename_base = self.get_filename_base(name, "")  # type: ignore[no-untyped-call]


class _Kept(FunctionCache):
    """Numba's cache of one function, which an unusable folder does not stop."""

    _impl_class = _Code

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # A damaged file can raise anything; the function is then compiled and the file replaced.
        with suppress(Exception):
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            tell(error.strerror or str(error))
