"""A run of a comparison to be made: begun, continued or complete already, then scored."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

import attrs

from plasticity.analysis.material import Material, the_data
from plasticity.analysis.responses import rebuilt
from plasticity.comparison.listeners import Frames, Stopwatch, samples_until
from plasticity.comparison.of_weights import lacking
from plasticity.comparison.result import Compared
from plasticity.comparison.scores import Cost, Scores, scores_of
from plasticity.errors import DataError, PlasticityError, SpecError, UntrustedError
from plasticity.experiment.spec import Experiment
from plasticity.machine.memory import forget_peak, peak_bytes
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.reader import StoreReader
from plasticity.store.run import Run, open_run

_FAILED = "failed: "


@attrs.define(eq=False)
class Task:
    """Brings one run to its end, where it is called."""

    name: str  # of the experiment in the comparison
    asked: Experiment  # with the seed of this run, and data of which samples may be set aside
    path: Path | None = None  # of the store; None for memory
    growth: bool = False  # the weights are recorded along the run, for the page
    first_seed: int = 0  # with which samples are set aside
    also: tuple[Any, ...] = ()  # metrics beside its own, since other experiments have them
    material: Material | None = None  # None in a process of its own, which opens it
    listeners: Sequence[Callable[[], Iterable[Any]]] = ()
    simulation: Simulation | None = None  # None until it is assembled, and once it was trained

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the spec with all that is measured, as tables."""
        return _arrived, (self.name, self.made.to_dict(), self.path, self.growth, self.first_seed)

    @property
    def words(self) -> str:
        """Its name and seed."""
        return f"{self.name}, seed {self.asked.seed}"

    @property
    def made(self) -> Experiment:
        """The spec with all that is measured."""
        metrics = (*self.asked.metrics, *lacking(self.asked, self.also))
        return attrs.evolve(self.asked, metrics=metrics)

    @property
    def stored(self) -> Run | None:
        """The run as its store holds it; None where it has not begun."""
        exists = self.path is not None and StoreReader.exists(self.path)
        return open_run(str(self.path)) if exists else None

    def assemble(self) -> Simulation:
        """Return the simulation, with the listeners that the page needs."""
        rest = self._material().held.rest
        made = self.made if rest is None else attrs.evolve(self.made, data=rest)
        frames = [Frames(growth=False)]
        if self.growth:
            frames.append(Frames(growth=True))
        try:
            self.simulation = assemble(made, [*chain(*(of() for of in self.listeners)), *frames])
        except SpecError as error:
            raise type(error)(f"{self.name}: {error}") from None
        return self.simulation

    def __call__(self) -> Compared:
        """Return the finished run with its scores; a failure is recorded, not raised."""
        import numba

        simulation, self.simulation = self.simulation or self.assemble(), None
        compared = Compared(self.name, self.asked, simulation=simulation, also=self.also)
        stopwatch = Stopwatch(simulation.experiment, simulation.data.per_epoch)
        simulation.register(stopwatch)
        earlier = self.stored
        anew = forget_peak()
        begun = perf_counter()
        try:
            if earlier and earlier.store.checkpoints and not _failure(earlier):
                compared.run = simulation.resume(str(self.path))
            else:
                compared.run = simulation.run(self.path, overwrite=True)
        except PlasticityError as error:
            if simulation.store is None:
                raise
            compared.failure, compared.run = str(error), Run(simulation.store)
            return compared
        cost = Cost(
            seconds=perf_counter() - begun,
            samples_per_second=stopwatch.samples_per_second,
            state_bytes=_state_bytes(simulation),
            peak_bytes=peak_bytes() if anew else float("nan"),
            threads=numba.get_num_threads(),
        )
        self._score(compared, simulation, cost)
        if self.path is not None:
            compared.simulation = None  # which holds a copy of the data
        return compared

    def from_store(self, run: Run) -> Compared:
        """Return a run that was made before, scored anew unless its scores are at hand."""
        compared = Compared(self.name, self.asked, run, failure=_failure(run), also=self.also)
        material = self._material()
        scores = self.path and Scores.read(self._beside, run.store.attributes["id"])
        if scores and (scores.labels is not None or material.held.data is None):
            compared.scores = scores
        elif not compared.failure and material.train is not None and compared.weights is not None:
            try:
                simulation = rebuilt(run, material.train, self.asked)
                self._score(compared, simulation, Cost(state_bytes=_state_bytes(simulation)))
            except (DataError, UntrustedError) as error:
                compared.failure = str(error)
        return compared

    def failed(self, failure: str) -> Compared:
        """Return a run that ended without a result; `failure` says how where the store does not."""
        run = self.stored
        return Compared(self.name, self.asked, run, failure=(run and _failure(run)) or failure)

    @property
    def _beside(self) -> str:
        return f"{self.path}.scores.json"

    def _material(self) -> Material:
        if self.material is None:
            first = attrs.evolve(self.asked, seed=self.first_seed)
            self.material = the_data({self.name: first}, {}, data=None, labels=None)
        return self.material

    def _score(self, compared: Compared, simulation: Simulation, cost: Cost) -> None:
        assert compared.run is not None
        attributes = compared.run.store.attributes
        step = attributes.get("step", simulation.layers[-1].clock.step)
        seen = samples_until(compared.run.experiment, simulation.data.per_epoch, step)
        held = self._material().held.data
        compared.scores = scores_of(simulation, compared.run, held, cost, seen)
        if self.path is not None:
            compared.scores.write(self._beside, attributes["id"])


def _arrived(name: str, spec: dict[str, Any], *fields: Any) -> Task:
    return Task(name, Experiment.from_dict(spec), *fields)


def _failure(run: Run) -> str:
    return run.outcome.removeprefix(_FAILED) if run.outcome.startswith(_FAILED) else ""


def _state_bytes(simulation: Simulation) -> float:
    """Return the bytes of all arrays of the layers, but for those of diagnostics."""
    views = [simulation.network.view(layer) for layer in simulation.layers]
    return float(sum(view.array(name).nbytes for view in views for name in view.variables))
