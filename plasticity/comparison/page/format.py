"""Text of names and numbers in tables."""

import math
from typing import Any

from plasticity.analysis.readouts import LINEAR_PROBE
from plasticity.experiment import registry


def heading(column: str) -> str:
    """Return the heading of a column.

    >>> heading("samples_per_second")
    'samples per second'
    """
    return column.replace("_", " ")


def cell(column: str, value: Any) -> str:
    """Return the text of a value in a table; a dash if there is none.

    >>> cell("linear_probe", 0.97772), cell("change", 0.012345), cell("patterns", 1437.0)
    ('97.8%', '0.0123', '1,437')
    >>> cell("overlap", float("nan")), cell("overlap", None)
    ('undefined', '–')
    """
    if value is None:
        return "–"
    if math.isnan(value):
        return "undefined"
    if _is_share(column):
        return f"{100 * value:.1f}%"
    return number(value)


def signed(column: str, value: float) -> str:
    """Return the text of a difference with its sign; of shares in points.

    >>> signed("linear_probe", -0.0123), signed("patterns", 12.0), signed("change", 0.0)
    ('−1.2 points', '+12', '0')
    """
    if math.isnan(value):
        return "undefined"
    size = f"{100 * abs(value):.1f} points" if _is_share(column) else number(abs(value))
    return size if float(value) == 0 else f"{'−' if value < 0 else '+'}{size}"


def _is_share(column: str) -> bool:
    return column == LINEAR_PROBE or column in registry.entries(registry.READOUTS)


def number(value: float) -> str:
    """Return a number with three digits, or all those before the point.

    >>> number(473487.5), number(0.00001234), number(2), number(999.7)
    ('473,488', '1.23e-05', '2', '1,000')
    """
    if math.isfinite(value) and (abs(value) >= 999.5 or float(value).is_integer()):
        return f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.3g}"
    return f"{value:.3g}"
