"""The same without Numba: compiled functions replaced by their Python form."""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, wraps
from types import FunctionType
from typing import Any

import numpy as np

from plasticity.kernels.loops import interpreting

_KERNELS = "plasticity.kernels"


@contextmanager
def uncompiled(component: Any) -> Iterator[set[str]]:
    """Run the component without Numba within this block; yield a set of what has been called.

    Every Numba function that is a global of a loaded module of the component's package, or an
    attribute of its class, is replaced by its Python form and put back afterwards. One that is made
    in a function and kept elsewhere is not found.
    """
    found = [
        (put, name, value)
        for names, put in _places(component)
        for name, value in list(names.items())
        if hasattr(_bare(value), "py_func")
    ]
    called: set[str] = set()
    for put, name, value in found:
        plain = _noting(_bare(value).py_func, called)
        put(name, staticmethod(plain) if isinstance(value, staticmethod) else plain)
    try:
        with np.errstate(all="ignore"), interpreting():
            yield called
    finally:
        for put, name, value in found:
            put(name, value)


@contextmanager
def shared_draws() -> Iterator[set[str]]:
    """Note within this block what draws random numbers that no seed of an experiment decides."""
    found: set[str] = set()
    make = np.random.default_rng

    def noting(seed: Any = None) -> np.random.Generator:
        found.update(["np.random.default_rng()"] if seed is None else [])
        return make(seed)

    states = [str(np.random.get_state()), str(random.getstate())]
    np.random.default_rng = noting
    try:
        yield found
    finally:
        np.random.default_rng = make
        now = [str(np.random.get_state()), str(random.getstate())]
        pairs = zip(("np.random", "random"), states, now, strict=True)
        found.update(name for name, before, after in pairs if before != after)


def _places(component: Any) -> Iterator[tuple[Mapping[str, Any], Callable[[str, Any], None]]]:
    """Yield the names where Numba functions may stand, and for each how to set one."""
    classes = type(component).__mro__[:-1]
    package = type(component).__module__.partition(".")[0]
    spaces = {
        id(space): space
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == package or name.startswith(_KERNELS)
        for space in [vars(module)]
    }
    for cls in classes:
        # A module that was imported under another name is known to its functions alone.
        for member in vars(cls).values():
            if isinstance(member, FunctionType):
                spaces[id(member.__globals__)] = member.__globals__
        yield vars(cls), partial(setattr, cls)
    for space in spaces.values():
        yield space, space.__setitem__


def _noting(function: Callable[..., Any], called: set[str]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        called.add(function.__name__)
        return function(*arguments, **named)

    call.py_func = function  # type: ignore[attr-defined]  # for loops, which see through it
    return call


def _bare(value: Any) -> Any:
    return value.__func__ if isinstance(value, staticmethod) else value
