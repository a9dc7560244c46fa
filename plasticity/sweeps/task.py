"""One cell of a sweep: begun, continued or complete already; an ordinary run all the same."""

from __future__ import annotations

import asyncio
import platform
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from time import perf_counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.analysis.material import hold_out
from plasticity.analysis.readouts import read_off
from plasticity.components.clock import Clock
from plasticity.components.data import unlike
from plasticity.errors import BusyError, DataError, PlasticityError, StoreError
from plasticity.experiment.source import Source, data_kept
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl
from plasticity.machine.threads import threads
from plasticity.simulation.assembly import assemble
from plasticity.simulation.interrupt import Interrupt
from plasticity.simulation.simulation import Simulation
from plasticity.store.arrays import FIRST
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED
from plasticity.store.run import Run, open_run
from plasticity.sweeps.files import read_json, write_json

if TYPE_CHECKING:
    from plasticity.network.view import LayerView

STATES = ("complete", "failed", "running", "to resume", "to do")
MISSING, DIVERGED, _FAILED = "missing", "diverged", "failed: "
_DISTRIBUTION = "plasticity-lab"
LOOK_S = 0.05  # between looks at runs that were asked to end
# Compiled loops of several threads of one process at a time end some of Numba's threading layers.
_one_at_a_time = threading.Lock()
_running: dict[str, Interrupt] = {}  # by the path of the store
_data_of_a_worker = ExitStack()  # which is never closed


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
        return self.outcome if self.outcome.startswith((DIVERGED, _FAILED)) else ""

    def complete(self, readouts: bool) -> bool:
        """Return whether there is nothing left to do: what diverged would do so again."""
        return self.ended and bool(self.failure or self.read_off or not readouts)

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.outcome == MISSING:
            return "to do"
        if self.holder:
            return "running"
        if self.failure:
            return "failed"
        return "complete" if self.ended else "to resume"

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
        return _Parcel, (version(_DISTRIBUTION), fields)

    def __call__(self) -> Report:
        """Return how the run ended; whatever it raises is its outcome.

        Raises `KeyboardInterrupt` in the main thread of a process that was asked to end.
        """
        with ExitStack() as stack:
            interrupt = stack.enter_context(_stoppable(self.path))
            stack.enter_context(_one_at_a_time)
            if self.n_thread is not None:
                stack.enter_context(threads(self.n_thread))
            begun = perf_counter()
            try:
                report = report_of(self.path)
                if report.complete(self.readouts) or report.holder or interrupt.requested:
                    return report
                measured = _Measured()
                simulation = self._assembled([measured, self.listener])
                simulation.interrupt = interrupt
                run, report = self._to_the_end(simulation, measured)
                report = attrs.evolve(report, seconds=perf_counter() - begun)
                return self._reported(run, report, simulation)
            except BusyError as error:
                return Report(holder=error.owner)
            except KeyboardInterrupt as error:
                vars(error).pop("run", None)  # which is of this process
                if threading.current_thread() is threading.main_thread():
                    raise
                return report_of(self.path)
            except PlasticityError as error:
                return Report(f"{_FAILED}{error}")
            # SystemExit would end the worker of a cluster, and some errors cannot be pickled.
            except (Exception, SystemExit) as error:
                return Report(f"{_FAILED}{type(error).__name__}: {error}")

    def _assembled(self, listeners: Iterable[Any]) -> Simulation:
        simulation = assemble(self.spec, [one for one in listeners if one is not None])
        given = simulation.data.fingerprint()
        changed = unlike(self.fingerprint or given, given)
        if changed:
            (key, (before, now)), *_ = changed.items()
            raise DataError(
                f"{simulation.data.name}: the data are others here than where the sweep was begun "
                f"({key}: {before} there, {now} here)"
            )
        return simulation

    def _to_the_end(self, simulation: Simulation, measured: _Measured) -> tuple[Run, Report]:
        """Return the run, begun, or continued from its last checkpoint, and its report."""
        path = self.path
        fresh = path is None or not StoreReader.exists(path)
        try:
            try:
                run = simulation.run(path) if fresh else simulation.resume(str(path))
            except StoreError as error:
                faster = fresh and path is not None and error.run is None
                if not faster or isinstance(error, BusyError) or not StoreReader.exists(str(path)):
                    raise
                # Another process has begun the run meanwhile, and may have ended it.
                fresh, run = False, simulation.resume(str(path))
        except PlasticityError as error:
            if error.run is None or isinstance(error, StoreError):
                raise
            fresh, run = False, error.run
        return run, measured.report(run, simulation) if fresh else _report_from(run)

    def _reported(self, run: Run, report: Report, simulation: Simulation) -> Report:
        """Return the report of a run, written beside its store so that it is opened at once."""
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


@attrs.frozen
class _Parcel:
    """A task on its way: it is unpacked where it is called, not by a scheduler in between."""

    version: str
    fields: dict[str, Any]

    def __call__(self) -> Report:
        here = version(_DISTRIBUTION)
        if here != self.version:
            return Report(
                f"{_FAILED}worker {platform.node()} has {_DISTRIBUTION} {here}, and the sweep is "
                f"of {self.version}; install the same version on both"
            )
        _data_of_a_worker.enter_context(data_kept())
        try:
            spec = Experiment.from_dict(self.fields["spec"])
        except PlasticityError as error:
            return Report(f"{_FAILED}{error}")
        return CellTask(**{**self.fields, "spec": spec})()


class _Measured:
    """Listener that collects what a run measures as it goes; to read it again takes 40 ms."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, dict[str, float]]] = {}  # by layer and step

    @hookimpl
    def measured(self, layer: LayerView, measurements: Mapping[str, Any], clock: Clock) -> None:
        """Keep the means over the neurons."""
        means = {name: float(_over_neurons([value])[0]) for name, value in measurements.items()}
        self._rows.setdefault(layer.name, {}).setdefault(clock.step, means)

    def report(self, run: Run, simulation: Simulation) -> Report:
        """Return the report of a run that was listened to from its first step on."""
        layer = simulation.layers[-1]
        rows = self._rows.get(layer.name, {})
        names = dict.fromkeys(name for row in rows.values() for name in row)
        described = simulation.evaluation.descriptions(layer)
        return Report(
            _outcome_of(run),
            tuple(rows),
            {name: [row.get(name, float("nan")) for row in rows.values()] for name in names},
            {name: described.get(name, {}) for name in names},
        )


def report_of(path: str | None) -> Report:
    """Return how the run of a cell stands, as its store tells."""
    try:
        if path is None or not StoreReader.exists(path):
            return Report()
        run = open_run(path)
        outcome = _outcome_of(run)
        if not outcome.startswith((*ENDED, DIVERGED)):
            target = run.store.target
            return Report(outcome=outcome, holder=(target and target.holder()) or "")
        fields = read_json(_beside(path)) or {}
        if fields.pop("key", None) == _key(run):
            return Report(**fields | {"steps": tuple(fields["steps"])})
        return _report_from(run)
    except StoreError as error:
        return Report(f"{_FAILED}{error}")


async def stop_cells(paths: Collection[str]) -> None:
    """Let the runs of cells in this process end after the step at hand, and wait until they do."""
    while stop_now(paths):
        await asyncio.sleep(LOOK_S)


def stop_now(paths: Collection[str]) -> bool:
    """Ask the runs of cells in this process to end; return whether there are any."""
    asked = [interrupt for path, interrupt in list(_running.items()) if path in paths]
    for interrupt in asked:
        interrupt.requested = True
    return bool(asked)


@contextmanager
def _stoppable(path: str | None) -> Iterator[Interrupt]:
    """Yield a note that `stop_now` makes, also while a cell waits for its turn."""
    interrupt = Interrupt()
    if path is not None:
        _running[path] = interrupt
    try:
        yield interrupt
    finally:
        if _running.get(str(path)) is interrupt:
            del _running[str(path)]


def _report_from(run: Run) -> Report:
    metrics, outcome = run.metrics.load(), _outcome_of(run)
    if "step" not in metrics:
        return Report(outcome)
    series = {
        str(name): _over_neurons(array.values).tolist() for name, array in metrics.data_vars.items()
    }
    described = {
        str(name): {key: text for key, text in array.attrs.items() if key != FIRST}
        for name, array in metrics.data_vars.items()
    }
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


def _beside(path: str) -> str:
    return f"{path}.report.json"


def _key(run: Run) -> list[Any]:
    attributes = run.store.attributes
    return [attributes["id"], attributes["outcome"], attributes.get("committed")]
