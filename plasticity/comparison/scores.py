"""Scores of a trained run, which a comparison writes as JSON beside its store."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.neurons import principal_components
from plasticity.analysis.readouts import read_off
from plasticity.components.data import Data
from plasticity.errors import StoreError
from plasticity.machine.threads import one_thread_if_small
from plasticity.network.dispatch import collect
from plasticity.network.randomness import stream
from plasticity.simulation.simulation import Simulation
from plasticity.store.commit.files import write_for_good
from plasticity.store.run import Run
from plasticity.sweeps.files import read_json
from plasticity.typing import Array

_FORMAT = 1
_POINTS = 600  # of the embedding
_SIZES, _SUBSETS = 8, 20  # of the curve over the number of neurons


def _array(shape: tuple[int, ...] | None = None, dtype: Any = np.float64) -> Any:
    """Make a field of an array, or of a list of its values; unset None, or empty of this shape."""
    convert = attrs.converters.optional(np.asarray)
    if shape is None:
        return attrs.field(default=None, converter=convert)
    return attrs.field(factory=partial(np.empty, shape, dtype), converter=convert)


@attrs.frozen(eq=False)
class Cost:
    """The cost of a run on this machine; NaN where it was not measured."""

    seconds: float = float("nan")  # compilation included
    samples_per_second: float = float("nan")  # of training alone, without compilation
    state_bytes: float = float("nan")  # of all arrays of its layers
    peak_bytes: float = float("nan")  # of the process, libraries and data included
    threads: int = 0


@attrs.frozen(eq=False)
class Scores:
    """The scores of a trained run."""

    cost: Cost = attrs.field(factory=Cost)
    labels: Array | None = _array()  # of the held-out samples; None where nothing was read off
    predicted: dict[str, Array] = attrs.field(factory=dict)  # by each readout
    trained_on: int = 0  # samples that the readouts learnt from
    points: Array | None = _array()  # (sample, 2) responses on their first principal components
    shown: Array | None = _array()  # labels of these samples
    explained: tuple[float, ...] = ()  # shares of the variance
    selected: Array = _array((0,), np.int64)  # (neuron,) samples that it selects, of `n_evaluated`
    silent: Array = _array((0,), bool)  # (neuron,) whether it responds to all of them alike
    n_evaluated: int = 0
    sizes: Array = _array((0,), np.int64)  # numbers of neurons, drawn at random; for these:
    memorized: Array = _array((0, 0))  # (size, subset) samples that at least one of them selects
    overlaps: Array = _array((0, 0))  # (size, subset) these over the mean that each selects
    samples_seen: int = 0  # each as often as it was drawn
    sections: tuple[tuple[str, str], ...] = ()  # heading and text of what the components report

    def accuracy(self, readout: str) -> float | None:
        """Return the share of held-out samples that a readout labels right, or None."""
        if self.labels is None or readout not in self.predicted:
            return None
        return float(np.mean(self.predicted[readout] == self.labels))

    def write(self, path: str, key: str) -> None:
        """Write them to a file at once; `key` identifies the run that they belong to."""
        tables = {"format": _FORMAT, "run": key, **attrs.asdict(self)}
        write_for_good(Path(path), json.dumps(tables, default=np.ndarray.tolist).encode())

    @classmethod
    def read(cls, path: str, key: str) -> Scores | None:
        """Return the scores that were written for a run, or None where there are none of it."""
        try:
            tables = read_json(path) or {}
        except StoreError as error:
            raise StoreError(f"{error}; delete it to score anew") from error
        if tables.pop("format", None) != _FORMAT or tables.pop("run", None) != key:
            return None
        tables["cost"] = Cost(**tables["cost"])
        tables["predicted"] = {name: np.array(v) for name, v in tables["predicted"].items()}
        tables["explained"] = tuple(tables["explained"])
        tables["sections"] = tuple(map(tuple, tables["sections"]))
        return cls(**tables)


@one_thread_if_small(0)  # all of this is, and a second thread would only wait
def scores_of(
    simulation: Simulation, run: Run, held: Data | None, cost: Cost, samples_seen: int
) -> Scores:
    """Score a trained simulation: its responses, and what can be read off held-out samples."""
    seed = simulation.experiment.seed
    responses = simulation.respond(simulation.evaluation.samples)
    chosen = formulas.selected(responses)
    sizes, memorized, overlaps = _over_sizes(chosen, seed)
    scores = Scores(
        cost=cost,
        selected=np.count_nonzero(chosen, axis=1),
        silent=~formulas.responds(responses),
        n_evaluated=responses.shape[1],
        sizes=sizes,
        memorized=memorized,
        overlaps=overlaps,
        samples_seen=samples_seen,
        sections=tuple(collect(simulation.network.calls("report", run=run))),
    )
    if held is None:
        return scores
    reading = read_off(simulation.data, held, lambda x: simulation.respond(x).T, seed)
    if reading is None:
        return scores
    count = min(_POINTS, len(reading.labels))
    rows = np.sort(stream(seed, "embedding").choice(len(reading.labels), count, replace=False))
    points, explained = _main_plane(reading.features[rows])
    return attrs.evolve(
        scores,
        labels=reading.labels,
        predicted=reading.predicted,
        trained_on=reading.trained_on,
        points=points,
        shown=reading.labels[rows],
        explained=explained,
    )


def _main_plane(features: Array) -> tuple[Array | None, tuple[float, ...]]:
    """Return the first two principal components of (sample, feature), and their shares; or None."""
    if min(features.shape) < 2 or not np.ptp(features, axis=0).any():
        return None, ()
    plane = principal_components(xr.DataArray(features, dims=("sample", "feature")), of="sample")
    return plane["score"].values, tuple(float(share) for share in plane["explained"].values)


def _over_sizes(chosen: Array, seed: int) -> tuple[Array, Array, Array]:
    """Return sizes of random subsets of the neurons, samples memorized by them, and overlaps."""
    n_neuron = len(chosen)
    sizes = np.unique(np.round(np.geomspace(1, n_neuron, _SIZES)).astype(np.int64))
    memorized = np.empty((len(sizes), _SUBSETS))
    overlaps = np.full((len(sizes), _SUBSETS), np.nan)
    each = np.count_nonzero(chosen, axis=1)
    generator = stream(seed, "subsets of neurons")
    for subset in range(_SUBSETS):
        order = generator.permutation(n_neuron)
        for row, size in enumerate(sizes):
            some = order[:size]
            memorized[row, subset] = np.count_nonzero(chosen[some].any(axis=0))
            mean = each[some].mean()
            if mean > 0:
                overlaps[row, subset] = memorized[row, subset] / mean
    return sizes, memorized, overlaps
