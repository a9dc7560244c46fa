"""The numbers of a comparison: one row an experiment, over its seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from plasticity.comparison.statistics import Difference, difference, spread
from plasticity.comparison.task import Compared
from plasticity.experiment.spec import Experiment
from plasticity.typing import Array

SPEED = "samples_per_second"


@attrs.frozen(eq=False)
class Contender:
    """One experiment of a comparison, with a run for each seed."""

    name: str
    runs: tuple[Compared, ...]

    def __repr__(self) -> str:
        return f"<Contender {self.name}: {len(self.runs)} runs>"

    @property
    def asked(self) -> Experiment:
        """The spec, with the first seed."""
        return self.runs[0].asked

    @property
    def shown(self) -> Compared:
        """The run that pictures show: the first that did not fail, or else the first."""
        return next((run for run in self.runs if not run.failure), self.runs[0])

    def values(self, column: str) -> Array:
        """What the runs have in a column (seed,); NaN where one has nothing."""
        found = [run.row.get(column) for run in self.runs]
        return np.array([np.nan if value is None else value for value in found], np.float64)

    def has(self, column: str) -> bool:
        """Whether any run has something there, be it not a number."""
        return any(run.row.get(column) is not None for run in self.runs)

    def mean(self, column: str) -> float | None:
        """The mean over the seeds that have a number; None where no run has the column."""
        if not self.has(column):
            return None
        values = self.values(column)
        values = values[np.isfinite(values)]
        return float(values.mean()) if values.size else float("nan")

    def spread(self, column: str) -> float:
        """The standard deviation over the seeds; NaN of fewer than two."""
        return spread(self.values(column))


def contenders_of(runs: Iterable[Compared]) -> tuple[Contender, ...]:
    """The runs grouped by the name of their experiment, in the order of the first ones."""
    found: dict[str, list[Compared]] = {}
    for run in runs:
        found.setdefault(run.name, []).append(run)
    return tuple(Contender(name, tuple(group)) for name, group in found.items())


def columns_of(runs: Sequence[Compared]) -> tuple[str, ...]:
    """The columns of the table: what all runs measured, what some did, readouts, the speed."""
    every = [run.measurements for run in runs if run.measurements]
    measured = dict.fromkeys(name for found in every for name in found)
    in_all = [name for name in measured if all(name in found for found in every)]
    found = dict.fromkeys([*in_all, *measured])
    found |= dict.fromkeys(name for run in runs if run.scores for name in run.scores.predicted)
    speed = [SPEED] if any(SPEED in run.row for run in runs) else []
    return (*found, *speed)


def difference_of(one: Contender, reference: Contender, column: str) -> Difference | None:
    """How far one experiment lies above another in a column, seed by seed.

    Of one seed there is no interval but for what a readout got right, where the held-out samples
    are the pairs: the interval then tells what other test samples would change, not other seeds.

    None where the two have no seed in common, or nothing in the column.
    """
    seeds = [run.seed for run in one.runs if run.seed in {other.seed for other in reference.runs}]
    if not seeds or not (one.has(column) and reference.has(column)):
        return None
    pair = [
        attrs.evolve(side, runs=tuple(_of_seed(side, seed) for seed in seeds))
        for side in (one, reference)
    ]
    right, others = (_right(side.runs[0], column) for side in pair)
    if len(seeds) == 1 and right is not None and others is not None and len(right) == len(others):
        return difference(right, others, of="samples")
    return difference(pair[0].values(column), pair[1].values(column))


def _of_seed(contender: Contender, seed: int) -> Compared:
    return next(run for run in contender.runs if run.seed == seed)


def _right(run: Compared, column: str) -> Array | None:
    """Whether a readout got each held-out sample right, as numbers; None of other columns."""
    scores = run.scores
    if scores is None or scores.labels is None or column not in scores.predicted:
        return None
    right: Array = (scores.predicted[column] == scores.labels).astype(np.float64)
    return right
