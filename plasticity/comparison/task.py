"""One run of a comparison: begun, continued or complete already, then scored."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs
import numpy as np

from plasticity.analysis.dims import without_constant
from plasticity.analysis.holding_out import Held
from plasticity.analysis.responses import rebuilt
from plasticity.comparison.frames import frames_of_a_page
from plasticity.comparison.of_weights import lacking, measured_at_end
from plasticity.comparison.scores import Cost, Scores, scores_of
from plasticity.comparison.stopwatch import Stopwatch, samples_until
from plasticity.components.data import Data
from plasticity.errors import DataError, PlasticityError, SpecError, UntrustedError
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.machine.memory import forget_peak, peak_bytes
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.commit.target import Target
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED
from plasticity.store.run import Run, open_run
from plasticity.typing import Array

SPEED = "samples_per_second"
_FAILED = "failed: "


@attrs.frozen(eq=False)
class Task:
    """One run to be made.

    name    of the experiment in the comparison
    asked   the spec, with the seed of this run; also where samples of its data are set aside
    path    of the store; None for memory
    growth  whether the weights are recorded along the run, for the page
    also    metrics that it gets beside its own, since other experiments have them
    """

    name: str
    asked: Experiment
    path: Path | None = None
    growth: bool = False
    also: tuple[Any, ...] = ()

    @property
    def made(self) -> Experiment:
        """The spec with all that is measured."""
        metrics = (*self.asked.metrics, *lacking(self.asked, self.also))
        return attrs.evolve(self.asked, metrics=metrics)

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.asked.seed


@attrs.define(eq=False)
class Compared:
    """One run of a comparison.

    name        of the experiment
    asked       the spec of this run
    run         what was recorded; None where nothing was
    scores      None where the run failed or holds no weights
    failure     what ended the run, or an empty string
    simulation  trained, so it can be asked to respond; None where the run is kept in a store, or
                came from another process
    also        metrics of the weights that other experiments have
    """

    name: str
    asked: Experiment
    run: Run | None = None
    scores: Scores | None = None
    failure: str = ""
    simulation: Simulation | None = None
    also: tuple[Any, ...] = ()

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


def assembled(task: Task, rest: Data | None, listeners: Iterable[Any] = ()) -> Simulation:
    """Return the simulation of a task, with the listeners that its page needs.

    Raises a `SpecError` that begins with the name of the task.
    """
    trained = task.made if rest is None else attrs.evolve(task.made, data=rest)
    try:
        return assemble(trained, [*listeners, *frames_of_a_page(task.growth)])
    except SpecError as error:
        raise type(error)(f"{task.name}: {error}") from None


def carry_out(task: Task, held: Held, listeners: Iterable[Any] = ()) -> Compared:
    """Finish a run and score it; failures are recorded, not raised."""
    return train(task, assembled(task, held.rest, listeners), held)


def train(task: Task, simulation: Simulation, held: Held) -> Compared:
    """Finish a run whose simulation has been assembled, and score it."""
    import numba

    compared = Compared(task.name, task.asked, simulation=simulation, also=task.also)
    stopwatch = Stopwatch(simulation.experiment, simulation.data.per_epoch)
    simulation.register(stopwatch)
    anew = forget_peak()
    begun = perf_counter()
    try:
        if task.path is not None and _can_be_resumed(task.path):
            compared.run = simulation.resume(task.path)
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
    if task.path is None or not Target(task.path).exists():
        return None
    run = open_run(task.path)
    if not run.outcome.startswith(ENDED):
        return None
    compared = Compared(task.name, task.asked, run, also=task.also)
    scores = Scores.read(scores_path(task.path), run.store.attributes["id"])
    if scores is not None and (scores.labels is not None or held.data is None):
        compared.scores = scores
        return compared
    return _scored_anew(task, compared, held)


def from_store(
    name: str, run: Run, trained_on: Data | None, held: Held, also: tuple[Any, ...] = ()
) -> Compared:
    """Return the run of a store that somebody else made, finished or not.

    trained_on   the data that it learnt from, or None where nobody knows them
    """
    compared = Compared(name, run.experiment, run, also=also)
    if run.outcome.startswith("failed"):
        compared.failure = run.outcome.removeprefix(_FAILED)
    elif trained_on is not None and compared.weights is not None:
        task = Task(name, run.experiment)
        return _scored_anew(task, compared, attrs.evolve(held, rest=trained_on))
    return compared


def failed(task: Task, failure: str = "") -> Compared:
    """Return a run that ended in another process without a result.

    failure   how, where the store does not say it
    """
    compared = Compared(task.name, task.asked, failure=failure)
    if task.path is not None and Target(task.path).exists():
        compared.run = open_run(task.path)
        outcome = compared.run.outcome
        if outcome.startswith(_FAILED):
            compared.failure = outcome.removeprefix(_FAILED)
    return compared


def scores_path(store: Path) -> Path:
    """Return the path of the scores of a store, beside it."""
    return store.with_name(f"{store.name}.scores.json")


def _can_be_resumed(path: Path) -> bool:
    """Return whether there is a store with a state to continue from."""
    if not Target(path).exists():
        return False
    store = StoreReader.open(path)
    return bool(store.checkpoints) and not store.attributes["outcome"].startswith("failed")


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
        compared.scores.write(scores_path(task.path), compared.run.store.attributes["id"])


def _state_bytes(simulation: Simulation) -> float:
    """Return the bytes of all arrays of the layers, but for those of diagnostics."""
    views = [simulation.network.view(layer) for layer in simulation.layers]
    return float(sum(view.array(name).nbytes for view in views for name in view.variables))


def _mean(values: Array) -> float:
    """Return the mean without NaN; NaN where there is nothing else."""
    numbers = np.asarray(values, np.float64)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if numbers.size else float("nan")
