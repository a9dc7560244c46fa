"""The result of a comparison: its runs, one row an experiment, over the seeds."""

from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import xarray as xr

from plasticity.analysis.dims import without_constant
from plasticity.analysis.material import Held
from plasticity.comparison.folder import PAGE
from plasticity.comparison.of_weights import lacking, measured_at_end
from plasticity.comparison.scores import Scores
from plasticity.components.data import Data
from plasticity.components.notebook import titled
from plasticity.errors import StoreError
from plasticity.experiment.spec import Experiment
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run
from plasticity.typing import Array

SPEED = "samples_per_second"
_SPEED = {"long_name": "samples a second of training alone", "units": "1/s"}
_AT_END = {"long_name": "share of held-out samples whose label a readout found", "units": "1"}


@attrs.define(eq=False)
class Compared:
    """One run of a comparison."""

    name: str  # of the experiment
    asked: Experiment  # the spec of this run
    run: Run | None = None  # None where nothing was recorded
    scores: Scores | None = None  # None where the run failed or holds no weights
    failure: str = ""  # what ended the run
    simulation: Simulation | None = None  # None of a run in a store or of another process
    also: tuple[Any, ...] = ()  # metrics of the weights that other experiments have

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all but the simulation, which is part of this process."""
        fields = (self.name, self.asked, self.run, self.scores, self.failure, None, self.also)
        return Compared, fields

    def __repr__(self) -> str:
        ended = f"failed: {self.failure}" if self.failure else self.run and self.run.outcome
        return f"<Compared {self.name}, seed {self.seed}: {ended}>"

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.asked.seed

    @cached_property
    def measurements(self) -> dict[str, float]:
        """The last measurements of the last layer; the mean over the neurons where each has one."""
        if self.run is None or self.failure:
            return {}
        metrics = self.run.metrics
        last = {str(name): array.values[-1] for name, array in metrics.data_vars.items()}
        state, missing = self.run.state(), lacking(self.run.experiment, self.also)
        if missing and "weights" in state:
            last = measured_at_end(state["weights"].values, missing) | last
        return {name: _mean(value) for name, value in last.items()}

    @property
    def row(self) -> dict[str, Any]:
        """Its numbers: measurements, accuracies of the readouts, speed."""
        if self.failure or self.scores is None:
            return self.measurements
        row: dict[str, Any] = {name: self.scores.accuracy(name) for name in self.scores.predicted}
        if not np.isnan(speed := self.scores.cost.samples_per_second):
            row[SPEED] = speed
        return self.measurements | row

    @property
    def weights(self) -> Array | None:
        """The weights of the first layer at the end, of images alone; None where there are none."""
        if self.run is None or "weights" not in (state := self.run.state(0)):
            return None
        return without_constant(state["weights"], self.run.store.attributes["image_shape"]).values


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
        """Return the values of the runs in a column (seed,); NaN where a run has none."""
        values = [run.row.get(column) for run in self.runs]
        return np.array([np.nan if value is None else value for value in values], np.float64)

    def has(self, column: str) -> bool:
        """Return whether any run has a value in a column, be it not a number."""
        return any(run.row.get(column) is not None for run in self.runs)

    def mean(self, column: str) -> float | None:
        """Return the mean over the seeds that have a number; None where no run has the column."""
        if not self.has(column):
            return None
        values = self.values(column)
        values = values[np.isfinite(values)]
        return float(values.mean()) if values.size else float("nan")

    def spread(self, column: str) -> float:
        """Return the sample standard deviation over the seeds; NaN of fewer than two numbers."""
        values = self.values(column)
        values = values[np.isfinite(values)]
        return float(values.std(ddof=1)) if values.size > 1 else float("nan")


@attrs.define(eq=False)
class Comparison:
    """What `compare` returns.

    runs      in the order asked for; of each experiment one for each seed
    held      the samples that no run saw
    data      the samples that all runs learnt from, or None where nobody knows them
    baseline  accuracy of the linear probe on the raw inputs, or None where there is no probe
    command   the shell command that compares again, or an empty string
    lengths   what to say of the runs whose length is not that of their spec
    folder    where the stores lie that were made, or None
    """

    runs: tuple[Compared, ...]
    held: Held
    data: Data | None = None
    baseline: float | None = None
    command: str = ""
    lengths: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """The experiments, each with its runs, in the order of their first ones."""
        names = dict.fromkeys(run.name for run in self.runs)
        return tuple(
            Contender(name, tuple(run for run in self.runs if run.name == name)) for name in names
        )

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs, each once."""
        return tuple(dict.fromkeys(run.seed for run in self.runs))

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row an experiment, of means over the seeds; what it does not have is left out."""
        rows = []
        for contender in self.contenders:
            means = {name: contender.mean(name) for name in self.columns if contender.has(name)}
            rows.append({"run": contender.name, **means})
        return rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table: measurements of all runs, of some, readouts, the speed."""
        every = [run.measurements for run in self.runs if run.measurements]
        measured = dict.fromkeys(name for measurements in every for name in measurements)
        names = [name for name in measured if all(name in measurements for measurements in every)]
        names += measured
        names += [name for run in self.runs if run.scores for name in run.scores.predicted]
        names += [SPEED for run in self.runs if SPEED in run.row]
        return tuple(dict.fromkeys(names))

    @property
    def dataset(self) -> xr.Dataset:
        """All measurements of the last layer over experiment, seed and step, with the accuracies
        and the speed at the end over experiment and seed; NaN where a run has none.

        >>> import numpy as np
        >>> from plasticity.comparison import compare
        >>> samples = np.random.default_rng(0).random((200, 16))
        >>> settings = {"data": samples, "neurons": 4, "epochs": 2, "observers": []}
        >>> compare(["bcm", "krotov_hopfield"], **settings).dataset.sel(seed=0).overlap.sizes
        Frozen({'experiment': 2, 'step': 2})
        """
        measured = {run: run.run.metrics.load() for run in self.runs if run.run is not None}
        known = {name for metrics in measured.values() for name in metrics.data_vars}
        columns, dims, parts = self.columns, set[Any](), []
        for run in self.runs:
            part = measured.get(run, xr.Dataset()).reset_coords().astype(np.float64)
            row = run.row
            for name in columns:
                if name not in known and row.get(name) is not None:
                    part[name] = (), row[name], _SPEED if name == SPEED else _AT_END
            # Of dimensions without coordinates, as "neuron", some runs have fewer.
            counted = {dim: range(n) for dim, n in part.sizes.items() if dim not in part.coords}
            dims |= counted.keys()
            part = part.assign_coords(counted)
            parts.append(part.expand_dims(experiment=[run.name], seed=[run.seed]))
        # Of type object, since Zarr has no stable format for strings of fixed length.
        experiments = np.array([contender.name for contender in self.contenders], object)
        coords = {"experiment": experiments, "seed": sorted(self.seeds), "step": np.zeros(0, int)}
        nothing = np.empty((len(experiments), len(self.seeds), 0))
        parts.append(xr.Dataset({"epoch": (tuple(coords), nothing)}, coords))
        merged = xr.merge(parts, join="outer", compat="no_conflicts", combine_attrs="override")
        return merged.sel(experiment=experiments).drop_vars(dims).set_coords("epoch")

    def __repr__(self) -> str:
        names = ", ".join(contender.name for contender in self.contenders)
        seeds = ", ".join(map(str, self.seeds))
        failed = sum(bool(run.failure) for run in self.runs)
        ended = f", {failed} failed" if failed else ""
        return f"<Comparison of {names}: {len(self.runs)} runs, seeds {seeds}{ended}>"

    def _repr_html_(self) -> str:
        from plasticity.comparison.page.format import cell, heading

        head = ("run", *map(heading, self.columns))
        rows = [
            (row["run"], *(cell(name, row.get(name)) for name in self.columns))
            for row in self.table
        ]
        return titled(repr(self)[1:-1], head, rows, align="right")

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page into a folder, which is made if it is not there, and return its path.

        The page needs no network and no other file. Raises `StoreError` where there is a page,
        unless `overwrite`.
        """
        from plasticity.comparison.page.page import page

        path = Path(folder) / PAGE
        if path.exists() and not overwrite:
            raise StoreError(f"{path}: exists already; choose another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(self), encoding="utf-8")
        return path


def _mean(values: Array) -> float:
    """Return the mean without NaN; NaN where there is nothing else."""
    numbers = np.asarray(values, np.float64)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if numbers.size else float("nan")
