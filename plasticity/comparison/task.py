"""A run of a comparison to be made: begun, continued or complete already, then scored."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from plasticity.analysis.material import Held, hold_out
from plasticity.analysis.responses import rebuilt
from plasticity.comparison.frames import Frames
from plasticity.comparison.of_weights import lacking
from plasticity.comparison.result import Compared
from plasticity.comparison.scores import Cost, Scores, scores_of
from plasticity.comparison.stopwatch import Stopwatch, samples_until
from plasticity.components.data import Data
from plasticity.errors import DataError, PlasticityError, SpecError, UntrustedError
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.machine.memory import forget_peak, peak_bytes
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED
from plasticity.store.run import Run, open_run

_FAILED = "failed: "


@attrs.frozen(eq=False)
class Task:
    """One run to be made."""

    name: str  # of the experiment in the comparison
    asked: Experiment  # with the seed of this run, and data of which samples may be set aside
    path: Path | None = None  # of the store; None for memory
    growth: bool = False  # the weights are recorded along the run, for the page
    also: tuple[Any, ...] = ()  # metrics beside its own, since other experiments have them
    first_seed: int = 0  # with which samples are set aside

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the spec with all that is measured, as tables."""
        fields = (self.name, self.made.to_dict(), str(self.path), self.growth, self.first_seed)
        return _arrived, fields

    def __call__(self) -> str:
        """Carry the run out in a process of its own; return what went wrong, or ""."""
        held = hold_out(Source.of(self.asked).open_data, self.first_seed)
        return train(self, assembled(self, held.rest), held).failure

    @property
    def made(self) -> Experiment:
        """The spec with all that is measured."""
        metrics = (*self.asked.metrics, *lacking(self.asked, self.also))
        return attrs.evolve(self.asked, metrics=metrics)

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.asked.seed


def _arrived(name: str, spec: dict[str, Any], path: str, growth: bool, first_seed: int) -> Task:
    return Task(name, Experiment.from_dict(spec), Path(path), growth, first_seed=first_seed)


def assembled(task: Task, rest: Data | None, listeners: Iterable[Any] = ()) -> Simulation:
    """Return the simulation of a task, with the listeners that its page needs."""
    trained = task.made if rest is None else attrs.evolve(task.made, data=rest)
    frames = [Frames(growth=False)]
    if task.growth:
        frames.append(Frames(growth=True))
    try:
        return assemble(trained, [*listeners, *frames])
    except SpecError as error:
        raise type(error)(f"{task.name}: {error}") from None


def train(task: Task, simulation: Simulation, held: Held) -> Compared:
    """Finish a run and score it; failures are recorded, not raised."""
    import numba

    compared = Compared(task.name, task.asked, simulation=simulation, also=task.also)
    stopwatch = Stopwatch(simulation.experiment, simulation.data.per_epoch)
    simulation.register(stopwatch)
    earlier = _stored(task)
    anew = forget_peak()
    begun = perf_counter()
    try:
        if earlier and earlier.store.checkpoints and not _failure(earlier):
            compared.run = simulation.resume(str(task.path))
        else:
            compared.run = simulation.run(task.path, overwrite=True)
    except PlasticityError as error:
        if simulation.store is None:
            raise
        compared.failure = str(error)
        compared.run = Run(simulation.store)
        return compared
    cost = Cost(
        seconds=perf_counter() - begun,
        samples_per_second=stopwatch.samples_per_second,
        state_bytes=_state_bytes(simulation),
        peak_bytes=peak_bytes() if anew else float("nan"),
        threads=numba.get_num_threads(),
    )
    _score(task, compared, simulation, held, cost)
    if task.path is not None:
        compared.simulation = None  # which holds a copy of the data
    return compared


def if_complete(task: Task, held: Held) -> Compared | None:
    """Return the run of a task that an earlier comparison brought to its end; None of others."""
    run = _stored(task)
    if run is None or not run.outcome.startswith(ENDED):
        return None
    compared = Compared(task.name, task.asked, run, also=task.also)
    scores = Scores.read(_scores_path(task), run.store.attributes["id"])
    if scores is not None and (scores.labels is not None or held.data is None):
        compared.scores = scores
        return compared
    return _scored_anew(task, compared, held)


def from_store(
    name: str, run: Run, trained_on: Data | None, held: Held, also: tuple[Any, ...] = ()
) -> Compared:
    """Return the run of a store that somebody else made, of data that may be unknown."""
    compared = Compared(name, run.experiment, run, failure=_failure(run), also=also)
    if compared.failure or trained_on is None or compared.weights is None:
        return compared
    return _scored_anew(Task(name, run.experiment), compared, attrs.evolve(held, rest=trained_on))


def failed(task: Task, failure: str) -> Compared:
    """Return a run that ended without a result; `failure` says how where the store does not."""
    run = _stored(task)
    failure = (_failure(run) if run else "") or failure
    return Compared(task.name, task.asked, run, failure=failure)


def _stored(task: Task) -> Run | None:
    exists = task.path is not None and StoreReader.exists(task.path)
    return open_run(str(task.path)) if exists else None


def _failure(run: Run) -> str:
    return run.outcome.removeprefix(_FAILED) if run.outcome.startswith(_FAILED) else ""


def _scores_path(task: Task) -> Path:
    return Path(f"{task.path}.scores.json")


def _scored_anew(task: Task, compared: Compared, held: Held) -> Compared:
    """Score a run from its store, and return it."""
    assert compared.run is not None
    try:
        trained_on = held.rest or Source.of(task.asked).open_data("train")
        simulation = rebuilt(compared.run, trained_on, task.asked)
        cost = Cost(state_bytes=_state_bytes(simulation))
        _score(task, compared, simulation, held, cost)
    except (DataError, UntrustedError) as error:
        compared.failure = compared.failure or str(error)
    return compared


def _score(task: Task, compared: Compared, simulation: Simulation, held: Held, cost: Cost) -> None:
    assert compared.run is not None
    step = compared.run.store.attributes.get("step", simulation.layers[-1].clock.step)
    seen = samples_until(compared.run.experiment, simulation.data.per_epoch, step)
    compared.scores = scores_of(simulation, compared.run, held.data, cost, seen)
    if task.path is not None:
        compared.scores.write(_scores_path(task), compared.run.store.attributes["id"])


def _state_bytes(simulation: Simulation) -> float:
    """Return the bytes of all arrays of the layers, but for those of diagnostics."""
    views = [simulation.network.view(layer) for layer in simulation.layers]
    return float(sum(view.array(name).nbytes for view in views for name in view.variables))
