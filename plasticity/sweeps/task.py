"""One cell of a sweep: begun, continued or complete already; an ordinary run all the same."""

from __future__ import annotations

import platform
import threading
from contextlib import ExitStack
from importlib.metadata import version
from time import perf_counter
from typing import Any

import attrs
import numpy as np

from plasticity.analysis.material import hold_out
from plasticity.analysis.readouts import read_off
from plasticity.components.data import unlike
from plasticity.errors import DataError, PlasticityError, StoreError
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.machine.threads import threads
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED
from plasticity.store.run import Run, open_run
from plasticity.sweeps.files import read_json, write_json

MISSING, DIVERGED, _FAILED = "missing", "diverged", "failed: "
_DISTRIBUTION = "plasticity-lab"
# Compiled loops of several threads of one process at a time end some of Numba's threading layers.
_one_at_a_time = threading.Lock()


@attrs.frozen
class Report:
    """How the run of a cell ended, and what was measured of it at the end.

    measured   metric of the last layer -> its values over `steps`, means over the neurons
    read_off   readout -> share of held-out samples that it labels right
    """

    outcome: str = MISSING
    steps: tuple[int, ...] = ()
    measured: dict[str, list[float]] = attrs.field(factory=dict)
    described: dict[str, dict[str, Any]] = attrs.field(factory=dict)  # attributes of the metrics
    read_off: dict[str, float] = attrs.field(factory=dict)
    seconds: float = float("nan")
    run: Run | None = attrs.field(default=None, eq=False)  # of a cell without a store
    holder: str = ""  # who is writing to the store meanwhile

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return self.outcome.startswith((*ENDED, DIVERGED))

    @property
    def failure(self) -> str:
        """What went wrong; empty where nothing did."""
        return "" if self.outcome.startswith(ENDED) or self.holder else self.outcome

    def value(self, name: str) -> float:
        """Return a metric at the end, or what a readout got right; NaN where there is neither."""
        series = self.measured.get(name, [float("nan")])
        return self.read_off.get(name, series[-1] if series else float("nan"))


@attrs.frozen(eq=False)
class CellTask:
    """Brings the run of a cell to its end, where it is called."""

    title: str
    spec: Experiment
    path: str | None
    fingerprint: dict[str, Any]  # of the data
    readouts: bool = False  # whether labels are read off the responses to held-out samples
    n_thread: int | None = None  # None for all that the process has
    listener: Any = None

    @property
    def __name__(self) -> str:
        """The name by which a cluster shows the task."""
        return self.title or "cell"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the spec as tables, which another version of the package could read as well."""
        fields = attrs.asdict(self, recurse=False) | {"spec": self.spec.to_dict()}
        return _arrived, (version(_DISTRIBUTION), fields)

    def __call__(self) -> Report:
        """Return how the run ended; what it raises on purpose is its outcome."""
        with ExitStack() as stack:
            stack.enter_context(_one_at_a_time)
            if self.n_thread is not None:
                stack.enter_context(threads(self.n_thread))
            begun = perf_counter()
            try:
                simulation = self._assembled()
                run = _to_the_end(simulation, self.path)
            except StoreError as error:
                report = report_of(self.path)
                return report if report.holder else attrs.evolve(report, outcome=_failed(error))
            except PlasticityError as error:
                if error.run is None:
                    return Report(outcome=_failed(error))
                run = error.run
            return self._reported(run, simulation, perf_counter() - begun)

    def _assembled(self) -> Simulation:
        simulation = assemble(self.spec, [] if self.listener is None else [self.listener])
        given = simulation.data.fingerprint()
        changed = unlike(self.fingerprint or given, given)
        if changed:
            (key, (before, now)), *_ = changed.items()
            raise DataError(
                f"{simulation.data.name}: the data are others here than where the sweep was begun "
                f"({key}: {before} there, {now} here)"
            )
        return simulation

    def _reported(self, run: Run, simulation: Simulation, seconds: float) -> Report:
        """Return the report of a run, written beside its store so that it is found at once."""
        report = attrs.evolve(_measured(run), seconds=seconds)
        if self.readouts and report.outcome.startswith(ENDED):
            held = hold_out(Source.of(self.spec).open_data, self.spec.seed)
            if held.data is None or held.rest is not None:
                raise DataError(
                    f"{simulation.data.name}: no samples to read labels off; {held.told}"
                    if held.data is None
                    else f"{simulation.data.name}: has no test split; set data.validation, as 0.2"
                )
            reading = read_off(
                simulation.data, held.data, lambda x: simulation.respond(x).T, self.spec.seed
            )
            if reading is not None:
                shares = {name: reading.accuracy(name) for name in reading.predicted}
                report = attrs.evolve(report, read_off=shares)
        if self.path is None:
            return attrs.evolve(report, run=run)
        if report.ended:
            fields = attrs.asdict(report, filter=attrs.filters.exclude("run", "holder"))
            write_json(_beside(self.path), {"key": _key(run), **fields})
        return report


def report_of(path: str | None, whole: bool = True) -> Report:
    """Return how the run of a cell stands, as its store tells.

    whole   whether to read what was measured, where the report beside the store is of another run
    """
    if path is None or not StoreReader.exists(path):
        return Report()
    run = open_run(path)
    outcome = _outcome_of(run)
    if not outcome.startswith((*ENDED, DIVERGED)):
        return Report(outcome=outcome, holder=_holder(run))
    fields = read_json(_beside(path)) or {}
    if fields.pop("key", None) == _key(run):
        return Report(**fields | {"steps": tuple(fields["steps"])})
    return _measured(run) if whole else Report(outcome=outcome)


def _to_the_end(simulation: Simulation, path: str | None) -> Run:
    """Return the run, begun, or continued from its last checkpoint."""
    if path is None:
        return simulation.run()
    if not StoreReader.exists(path):
        try:
            return simulation.run(path)
        except StoreError:
            if not StoreReader.exists(path):
                raise
            # Another process was faster; it may be done by now.
    return simulation.resume(path)


def _measured(run: Run) -> Report:
    metrics, outcome = run.metrics.load(), _outcome_of(run)
    if "step" not in metrics:
        return Report(outcome)
    series = {
        str(name): _over_neurons(array.values).tolist() for name, array in metrics.data_vars.items()
    }
    described = {str(name): dict(array.attrs) for name, array in metrics.data_vars.items()}
    steps = tuple(int(step) for step in metrics["step"].values)
    return Report(outcome, steps, series, described)


def _over_neurons(values: Any) -> Any:
    """Return the mean over all but the first dimension, without NaN; NaN where nothing is left."""
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    known = np.isfinite(flat)
    counts = known.sum(axis=1)
    sums = np.where(known, flat, 0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _outcome_of(run: Run) -> str:
    """Return how a run ended; of weights that diverged, at which step."""
    step = run.store.attributes.get("diverged")
    if step is None or not run.outcome.startswith(_FAILED):
        return run.outcome
    return f"{DIVERGED} at step {step}: {run.outcome.removeprefix(_FAILED)}"


def _holder(run: Run) -> str:
    return (run.store.target and run.store.target.holder()) or ""


def _beside(path: str) -> str:
    return f"{path}.report.json"


def _key(run: Run) -> list[Any]:
    attributes = run.store.attributes
    return [attributes["id"], attributes["outcome"], attributes.get("committed")]


def _failed(error: BaseException) -> str:
    return f"{_FAILED}{error}"


def _arrived(sent_by: str, fields: dict[str, Any]) -> CellTask:
    """Return a task that came from another process; raise `StoreError` for another version."""
    here = version(_DISTRIBUTION)
    if here != sent_by:
        raise StoreError(
            f"worker {platform.node()} has {_DISTRIBUTION} {here}, and the sweep is of {sent_by}; "
            "install the same version on both"
        )
    return CellTask(**fields | {"spec": Experiment.from_dict(fields["spec"])})
