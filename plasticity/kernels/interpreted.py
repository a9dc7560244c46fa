"""Compiled functions as plain Python."""

from functools import cache
from types import CellType, FunctionType
from typing import Any


@cache
def interpreted(function: Any) -> Any:
    """Return a function that does the same without Numba, in itself and in all that it calls."""
    return _plain(function, {})


def _plain(function: Any, made: dict[int, Any]) -> Any:
    function = getattr(function, "py_func", function)
    if not hasattr(function, "__code__"):
        return function
    if id(function) not in made:
        names: dict[str, Any] = {}
        cells = tuple(CellType() for _ in function.__closure__ or ())
        made[id(function)] = FunctionType(
            function.__code__, names, function.__name__, function.__defaults__, cells or None
        )
        for name, value in function.__globals__.items():
            names[name] = _plain(value, made) if hasattr(value, "py_func") else value
        for cell, own in zip(function.__closure__ or (), cells, strict=True):
            value = cell.cell_contents
            own.cell_contents = _plain(value, made) if hasattr(value, "py_func") else value
    return made[id(function)]
