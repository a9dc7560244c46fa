"""Loops around an author's function, compiled by Numba and kept from one start to the next.

Numba keeps a compiled function beside the file that defines it, but not a function made at run
time. So the module of the loop is copied to a file in the cache folder whose name is a hash of
everything that the machine code depends on; the author's function is put into that copy before
anything is compiled. The second start of the same experiment then compiles nothing.
"""

import hashlib
import importlib.util
import inspect
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from plasticity.kernels.cache import PREFIX, kernels_folder, tell
from plasticity.machine.threads import sleep_soon

logger = logging.getLogger("plasticity")

_modules: dict[str, ModuleType] = {}


def compiled(
    template: ModuleType | str, values: dict[str, Any], name: str = "kernel"
) -> Callable[..., Any]:
    """Return a function of a copy of a module in which some names have other values.

    template  module, or its source, which defines the function with plasticity.kernels.cache.njit
    values    functions and constants, by the names that they have in the module
    """
    import numba

    sleep_soon()
    text = template if isinstance(template, str) else inspect.getsource(template)
    parts = [text, numba.__version__]
    for key, value in sorted(values.items()):
        parts += [key, *(_described(value, set()) if callable(value) else [repr(value)])]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    if digest not in _modules:
        _modules[digest] = _load(PREFIX + digest, text, values)
    function: Callable[..., Any] = getattr(_modules[digest], name)
    return function


def _load(name: str, text: str, values: dict[str, Any]) -> ModuleType:
    named = {getattr(value, "__qualname__", "") for value in values.values()} - {""}
    about = text.split('"""')[1].splitlines()[0]
    values = values | {"ABOUT": f"{about} ({', '.join(sorted(named))})" if named else about}
    path = _written(name, text, values["ABOUT"])
    if path is None:
        module = ModuleType(name)
        module.__dict__.update(values)
        exec(text, module.__dict__)
    else:
        specification = importlib.util.spec_from_file_location(name, path)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        module.__dict__.update(values)  # for what looks them up while it is loaded
        sys.modules[name] = module
        specification.loader.exec_module(module)
    module.__dict__.update(values)  # Numba looks names up when it compiles, which is later
    return module


def _written(name: str, text: str, about: str) -> Path | None:
    """Return the file that holds the text; None where the cache folder cannot be written."""
    folder = kernels_folder()
    path = folder / f"{name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Written once: Numba takes a newer file for a changed one. Renamed into place, because
        # another process may start at the same moment; a power cut may have halved it.
        if not path.is_file() or path.read_bytes() != text.encode():
            logger.info("compiling, once for this and all later starts: %s", about)
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
    except OSError as error:
        tell(error.strerror or str(error))
        return None
    return path


def _described(function: Any, seen: set[int]) -> Iterator[str]:
    """Everything that decides the machine code of a function, and of those that it calls."""
    yield repr(sorted(getattr(function, "targetoptions", {}).items()))
    function = getattr(function, "py_func", function)
    function = getattr(getattr(function, "_dispatcher", None), "py_func", function)  # vectorized
    if id(function) in seen:
        return
    seen.add(id(function))
    if not hasattr(function, "__code__"):  # of C, known by its name
        yield f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"
        return
    code, cells = function.__code__, function.__closure__ or ()
    yield from _code(code)
    yield repr(function.__defaults__)
    free = {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True)}
    for name in (*_names(code), *free):
        value = free.get(name, function.__globals__.get(name))
        yield from _value(name, value, code, seen)


def _value(name: str, value: Any, code: CodeType, seen: set[int]) -> Iterator[str]:
    """A global or enclosed name: Numba builds its value into the machine code."""
    if isinstance(value, ModuleType):
        for attribute in _names(code):
            with warnings.catch_warnings(action="ignore"):  # of names that NumPy gives up
                found = getattr(value, attribute, None)
            if not isinstance(found, ModuleType):
                yield from _value(f"{name}.{attribute}", found, code, seen)
    elif isinstance(value, np.ndarray):
        yield f"{name}={value.dtype}{value.shape}{value.tobytes().hex()}"
    elif callable(value):
        yield from _described(value, seen)
    else:
        yield f"{name}={value!r}"


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function looks up, in what is nested in it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        else:
            yield repr(constant)
