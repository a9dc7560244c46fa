"""Measurements over steps as charts: lines, ticks and labels, placed in a fixed frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from plasticity.typing import Array

WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 30
_LOGARITHMIC_FROM = 100  # largest over smallest value

Place: TypeAlias = Callable[[float, float], tuple[float, float]]


@attrs.frozen
class Trace:
    """One measurement of one run.

    run     position of the run in the comparison, which tells its colour
    steps   (measurement,)
    values  (measurement,)
    """

    run: int
    steps: Array
    values: Array


@attrs.frozen
class Tick:
    """A label and its place on its axis."""

    place: float
    label: str


@attrs.frozen
class Line:
    """One run in a chart: pieces of `x,y x,y ...`, broken where a value is not a number."""

    run: int
    pieces: tuple[str, ...]
    end: tuple[float, float] | None


@attrs.frozen
class Chart:
    """One measurement of all runs, ready to be drawn."""

    name: str
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    logarithmic: bool


def chart(name: str, traces: Sequence[Trace]) -> Chart | None:
    """The chart of a measurement, or None where no run has a finite value of it.

    The upward axis is logarithmic where all values are positive and span a factor of 100.
    """
    finite = np.concatenate([trace.values[np.isfinite(trace.values)] for trace in traces])
    if not finite.size:
        return None
    low, high = float(finite.min()), float(finite.max())
    logarithmic = low > 0 and high / low >= _LOGARITHMIC_FROM
    if logarithmic:
        low, high = math.log10(low), math.log10(high)
    elif low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    ticks_up = _ticks(low, high, least=1 if logarithmic else 0)
    low, high = ticks_up[0], ticks_up[-1]
    last = max(int(trace.steps[-1]) for trace in traces if trace.steps.size)

    def place(step: float, value: float) -> tuple[float, float]:
        up = (value - low) / (high - low)
        return (
            round(LEFT + (WIDTH - LEFT - RIGHT) * step / (last or 1), 1),
            round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up, 1),
        )

    labels = [f"{10**tick:g}" for tick in ticks_up] if logarithmic else _labels(ticks_up)
    across = _ticks(0, last, least=1, outer=False)
    return Chart(
        name,
        tuple(_line(trace, logarithmic, place) for trace in traces),
        tuple(Tick(place(step, low)[0], f"{step:,.0f}") for step in across),
        tuple(
            Tick(place(0, value)[1], label) for value, label in zip(ticks_up, labels, strict=True)
        ),
        logarithmic,
    )


def _line(trace: Trace, logarithmic: bool, place: Place) -> Line:
    values = np.log10(trace.values) if logarithmic else trace.values
    pieces: list[list[tuple[float, float]]] = [[]]
    for step, value in zip(trace.steps, values, strict=True):
        if np.isfinite(value):
            pieces[-1].append(place(float(step), float(value)))
        else:
            pieces.append([])
    drawn = [piece for piece in pieces if piece]
    texts = tuple(" ".join(f"{x},{y}" for x, y in piece) for piece in drawn)
    return Line(trace.run, texts, drawn[-1][-1] if drawn else None)


def _ticks(low: float, high: float, *, least: float = 0, outer: bool = True) -> list[float]:
    """About four round numbers, at least `least` apart: around [low, high], or within it."""
    rough = max(high - low, least) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = max(least, power * next(factor for factor in (1, 2, 5, 10) if rough <= power * factor))
    first, last = low / step, high / step
    if outer:
        numbers = range(math.floor(first + 1e-9), math.ceil(last - 1e-9) + 1)
    else:
        numbers = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
    return [number * step for number in numbers]


def _labels(ticks: Sequence[float]) -> list[str]:
    """The ticks with as many digits as tell them apart, the same for all."""
    if max(map(abs, ticks)) >= 1e6:
        return [f"{tick:.1e}" for tick in ticks]
    scale = max(map(abs, ticks))
    for digits in range(9):
        if all(math.isclose(round(tick, digits), tick, abs_tol=1e-9 * scale) for tick in ticks):
            return [f"{tick:,.{digits}f}" for tick in ticks]
    return [f"{tick:.2g}" for tick in ticks]
