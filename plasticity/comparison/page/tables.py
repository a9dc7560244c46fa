"""The tables of the page: final measurements, differences, cost."""

import math
from collections.abc import Callable
from operator import attrgetter
from statistics import fmean

import attrs

from plasticity.analysis.readouts import LINEAR_PROBE
from plasticity.comparison.page.format import cell, heading, number, signed
from plasticity.comparison.result import SPEED, Comparison, Contender
from plasticity.comparison.statistics import Difference, difference_of
from plasticity.experiment.quantities import size_text

_UNKNOWN = float("nan")


@attrs.frozen
class Cell:
    """Cell of a table: its text, a smaller one behind it, and the number to sort by."""

    text: str
    spread: str = ""
    value: float = _UNKNOWN

    @property
    def sortable(self) -> str:
        """Return the number for an HTML attribute, or an empty string."""
        return f"{self.value:.12g}" if math.isfinite(self.value) else ""


# Title and explanation of each column, and a row for each experiment.
Table = tuple[list[tuple[str, str]], list[list[Cell]]]


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


# Title and explanation of a column, its place in the scores, and what makes the text of a number.
_COSTS = (
    ("samples learnt from", "each as often as it was drawn", "samples_seen", number),
    ("time", "of a run, compilation and measurements included", "cost.seconds", _seconds),
    ("samples per second", "of training alone", "cost.samples_per_second", number),
    ("threads", "that a run had", "cost.threads", number),
    ("state", "all arrays of the layers", "cost.state_bytes", size_text),
    ("peak memory", "of the process, libraries and data included", "cost.peak_bytes", size_text),
)


def headline(comparison: Comparison) -> Table:
    """Return the means over the seeds of each experiment in each column."""
    explained, names = _explanations(comparison), comparison.columns
    rows = [[_mean(contender, name) for name in names] for contender in comparison.contenders]
    return [(heading(name), explained.get(name, "")) for name in names], rows


def cost(comparison: Comparison) -> Table:
    """Return time, speed and memory of each experiment, as means over the seeds."""
    rows = [
        [_cost(contender, path, text) for _, _, path, text in _COSTS]
        for contender in comparison.contenders
    ]
    return [(title, explained) for title, explained, _, _ in _COSTS], rows


def differences(comparison: Comparison) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the differences of each experiment from the first that have an interval."""
    first, *others = comparison.contenders
    tables = []
    for contender in others:
        rows = [
            _difference_row(column, gap)
            for column in comparison.columns
            if column != SPEED and (gap := difference_of(contender, first, column)) is not None
            if gap.within_noise is not None
        ]
        if rows:
            tables.append((contender.name, rows))
    return tables


def _mean(contender: Contender, name: str) -> Cell:
    mean, spread = contender.mean(name), contender.spread(name)
    known = mean is not None and math.isfinite(mean) and math.isfinite(spread)
    deviation = f"± {cell(name, spread).removesuffix('%')}" if known else ""
    return Cell(cell(name, mean), deviation, _UNKNOWN if mean is None else mean)


def _difference_row(column: str, gap: Difference) -> dict[str, str]:
    verdict = "within noise" if gap.within_noise else "beyond noise"
    if gap.low == gap.high == 0:
        verdict = "the same"
    elif gap.of == "samples":
        verdict += " of the test samples"
    return {
        "column": heading(column),
        "text": signed(column, gap.mean),
        "interval": f"{signed(column, gap.low)} to {signed(column, gap.high)}",
        "verdict": verdict,
    }


def _cost(contender: Contender, path: str, text: Callable[[float], str]) -> Cell:
    values = [attrgetter(path)(run.scores) for run in contender.runs if run.scores is not None]
    known = [value for value in values if value and math.isfinite(value)]
    return Cell(text(fmean(known)), "", fmean(known)) if known else Cell("–")


def _explanations(comparison: Comparison) -> dict[str, str]:
    accuracy = "accuracy of {} on the activities of the last layer, for samples that no run saw"
    explained = {SPEED: "of training alone, on this machine"}
    for run in comparison.runs:
        for readout in run.scores.predicted if run.scores else ():
            explained[readout] = accuracy.format("the readout of this name")
    explained[LINEAR_PROBE] = accuracy.format("a linear classifier")
    if comparison.baseline is not None:
        baseline = cell(LINEAR_PROBE, comparison.baseline)
        explained[LINEAR_PROBE] += f"; the raw inputs give {baseline}"
    for compared in comparison.runs:
        if compared.run is not None:
            for name, array in compared.run.metrics.data_vars.items():
                texts = [array.attrs.get(key, "") for key in ("long_name", "comment")]
                explained.setdefault(str(name), "; ".join(filter(None, texts)))
    return explained
