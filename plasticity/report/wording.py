"""How tables say names and numbers."""

from __future__ import annotations

import math
from typing import Any

HOLE = "–"
_SHARES = ("linear_probe",)


def heading(column: str) -> str:
    """A column as a reader says it.

    >>> heading("samples_per_second")
    'samples per second'
    """
    return column.replace("_", " ")


def cell(column: str, value: Any) -> str:
    """A value of a table; a dash where a run has none.

    >>> cell("linear_probe", 0.97772), cell("change", 0.012345), cell("patterns", 1437.0)
    ('97.8%', '0.0123', '1,437')
    >>> cell("overlap", float("nan")), cell("overlap", None)
    ('undefined', '–')
    """
    if value is None:
        return HOLE
    if math.isnan(value):
        return "undefined"
    if column in _SHARES:
        return f"{100 * value:.1f}%"
    return number(value)


def number(value: float) -> str:
    """A number with three digits, or all those before the point.

    >>> number(473487.5), number(0.00001234), number(2)
    ('473,488', '1.23e-05', '2')
    """
    if math.isfinite(value) and (abs(value) >= 1000 or float(value).is_integer()):
        return f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.3g}"
    return f"{value:.3g}"
