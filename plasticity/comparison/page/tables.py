"""The tables of the page: headline, differences, cost."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np

from plasticity.analysis.readouts import LINEAR_PROBE
from plasticity.comparison.page.format import cell, heading, number, signed
from plasticity.comparison.result import SPEED, Comparison, Contender
from plasticity.comparison.statistics import Difference, difference_of
from plasticity.experiment.quantities import size_text

_UNKNOWN = float("nan")


@attrs.frozen
class Cell:
    """A cell of a table: what is told, a smaller text behind it, and the number to sort by."""

    told: str
    spread: str = ""
    value: float = _UNKNOWN

    @property
    def sortable(self) -> str:
        """The number as an attribute holds it; empty where there is none."""
        return f"{self.value:.12g}" if math.isfinite(self.value) else ""


@attrs.frozen
class Column:
    """A column of a table."""

    title: str
    explained: str = ""


@attrs.frozen
class Table:
    """Columns, and a row of cells for each experiment."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@attrs.frozen
class Apart:
    """How far one experiment lies above the first in one column."""

    column: str
    told: str
    interval: str
    verdict: str


def headline(comparison: Comparison) -> Table:
    """The means over the seeds of each experiment in each column."""
    explained = _explanations(comparison)
    names = comparison.columns
    return Table(
        tuple(Column(heading(name), explained.get(name, "")) for name in names),
        tuple(
            tuple(_mean(contender, name) for name in names) for contender in comparison.contenders
        ),
    )


def cost(comparison: Comparison) -> Table:
    """Time, speed and memory of each experiment, means over the seeds."""
    columns = (
        Column("samples learnt from", "each as often as it was drawn"),
        Column("time", "of a run, compilation and measurements included"),
        Column("samples per second", "of training alone"),
        Column("threads", "that a run had"),
        Column("state", "all arrays of the layers"),
        Column("peak memory", "of the process, libraries and data included"),
    )
    return Table(columns, tuple(_cost_row(contender) for contender in comparison.contenders))


def differences(comparison: Comparison) -> list[tuple[str, list[Apart]]]:
    """For each experiment but the first: its differences from the first, where there are any.

    Of one seed only those of which an interval is known.
    """
    first, *others = comparison.contenders
    found = []
    for contender in others:
        rows = [
            _apart(column, apart)
            for column in comparison.columns
            if column != SPEED and (apart := difference_of(contender, first, column)) is not None
            if apart.within_noise is not None
        ]
        if rows:
            found.append((contender.name, rows))
    return found


def _mean(contender: Contender, name: str) -> Cell:
    mean, spread = contender.mean(name), contender.spread(name)
    known = mean is not None and math.isfinite(mean) and math.isfinite(spread)
    told = f"± {cell(name, spread).removesuffix('%')}" if known else ""
    return Cell(cell(name, mean), told, _UNKNOWN if mean is None else mean)


def _apart(column: str, apart: Difference) -> Apart:
    interval = f"{signed(column, apart.low)} to {signed(column, apart.high)}"
    verdict = "within noise" if apart.within_noise else "beyond noise"
    if apart.low == apart.high == 0:
        verdict = "the same"
    elif apart.of == "samples":
        verdict += " of the test samples"
    return Apart(heading(column), signed(column, apart.mean), interval, verdict)


def _cost_row(contender: Contender) -> tuple[Cell, ...]:
    scored = [run.scores for run in contender.runs if run.scores is not None]
    told: list[Cell] = [_cost([found.samples_seen for found in scored], number)]
    for name, text in (
        ("seconds", _seconds),
        (SPEED, number),
        ("threads", number),
        ("state_bytes", size_text),
        ("peak_bytes", size_text),
    ):
        told.append(_cost([getattr(found.cost, name) or _UNKNOWN for found in scored], text))
    return tuple(told)


def _cost(values: list[Any], text: Any) -> Cell:
    known = np.array([value for value in values if math.isfinite(value)], float)
    return Cell(text(known.mean()), "", float(known.mean())) if known.size else Cell("–")


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def _explanations(comparison: Comparison) -> dict[str, str]:
    explained = {SPEED: "of training alone, on this machine"}
    for run in comparison.runs:
        for readout in run.scores.predicted if run.scores else ():
            explained[readout] = (
                "accuracy of the readout of this name on the activities of the last layer, for "
                "samples that no run saw"
            )
    explained[LINEAR_PROBE] = (
        "accuracy of a linear classifier on the activities of the last layer, for samples that no "
        "run saw"
    )
    if comparison.baseline is not None:
        told = cell(LINEAR_PROBE, comparison.baseline)
        explained[LINEAR_PROBE] += f"; the raw inputs give {told}"
    for compared in comparison.runs:
        if compared.run is not None:
            for name, array in compared.run.metrics.data_vars.items():
                words = [array.attrs.get(key, "") for key in ("long_name", "comment")]
                explained.setdefault(str(name), "; ".join(filter(None, words)))
    return explained
