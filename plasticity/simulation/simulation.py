"""A running experiment: its components, layers and clock, and what can be asked of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from plasticity.components.checks import check_hooks
from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.errors import PlasticityError, SettingError, StoreError
from plasticity.experiment.spec import Experiment
from plasticity.fusion.fusion import Fusion
from plasticity.fusion.obstacles import NOT_MATERIALISED
from plasticity.hookspecs import DRAW
from plasticity.network.dispatch import Call, Caller, Manager, calls_of, emit
from plasticity.network.snapshot import restore, snapshot_of
from plasticity.network.state import LayerState
from plasticity.network.view import LayerView
from plasticity.simulation import loop
from plasticity.simulation.evaluation import Evaluation
from plasticity.simulation.interrupt import Interrupt, watching
from plasticity.simulation.lengthening import other_factors
from plasticity.simulation.session import Session
from plasticity.store.reader import StoreReader
from plasticity.store.resuming import ENDED, check_same, last_snapshot
from plasticity.store.run import Run
from plasticity.store.writer import StoreWriter
from plasticity.typing import Array

logger = logging.getLogger("plasticity")


class Simulation:
    """An assembled experiment; made by `assemble`, trained by `run`.

    experiment  the spec
    data        the training data
    manager     pluggy's manager of all components
    whole       state of the components that belong to no layer
    layers      the layers, from the input upwards
    session     the run in progress, or the last one; None before the first
    """

    def __init__(
        self,
        experiment: Experiment,
        data: Data,
        manager: Manager,
        whole: LayerState,
        layers: list[LayerState],
    ) -> None:
        self.experiment = experiment
        self.data = data
        self.manager = manager
        self.whole = whole
        self.layers = layers
        self.interrupt = Interrupt()
        self.session: Session | None = None
        self.fusion = Fusion(experiment, whole)
        self.evaluation = Evaluation(self)
        self._labels: Array | None = None
        self._plans: dict[Any, loop.Plan] = {}
        self._plan: loop.Plan  # of the steps before `_plan_until`, unless a listener comes
        self._plan_stage: list[LayerState] = []
        self._plan_until = 0
        self._plan_changes = -1
        self._views = {
            state.name: LayerView(
                state, _answering(whole, state), partial(self.evaluation.responses, state)
            )
            for state in (whole, *layers)
        }
        self._others = {
            layer.name: [part for other in layers if other is not layer for part in _parts(other)]
            for layer in layers
        }
        for layer in layers:
            self._initialize(layer)

    def _initialize(self, layer: LayerState) -> None:
        """Let the components fill the first weights, or refuse what cannot work in this layer."""
        places = {id(component): place for place, component in layer.components.items()}
        known = {
            "weights": layer.arrays["weights"],
            "inputs": self.evaluation.inputs(layer),
            "image_shape": layer.image_shape,
        }
        for answer in self.caller(layer, known)("init_state"):
            if layer is not self.layers[0] and "encode" in interface_of(answer.component).events:
                continue  # an encoder sees the inputs of the lowest layer alone
            self.evaluation.until = answer.component
            try:
                emit([answer], layer.clock)
            except SettingError as error:
                place = places.get(id(answer.component))
                if place is None:
                    raise
                label = interface_of(answer.component).label
                message = str(error).removeprefix(f"{label}: ")
                raise SettingError(f"{place} {label!r}: {message}") from None
            finally:
                self.evaluation.until = None

    def register(self, listener: Any) -> None:
        """Add a listener, also in the middle of a run: it hears from the next step on.

        Raises what `assemble` raises, and `ContractError` where it declares arrays or streams.
        """
        from plasticity.simulation import contracts

        count = sum(place.startswith("registered") for place in self.whole.components)
        place = f"registered[{count}]"
        check_hooks(listener, place)
        contracts.check_stateless(listener, place)
        shared = {**self.whole.components, place: listener}
        contracts.check_distinct(shared)
        for layer in self.layers:
            contracts.check_single({**shared, **layer.components}, "a layer")
            contracts.check_filled({**shared, **layer.components}, layer.name)
            drawn = "batches" not in self.whole.components
            contracts.check_labelled({**shared, **layer.components}, self.data, drawn)
        self.whole.components[place] = listener
        self.manager.register(listener, place)

    def run(
        self,
        out: str | Path | None = None,
        *,
        overwrite: bool = False,
        parent: Mapping[str, Any] | None = None,
    ) -> Run:
        """Train to the end of the experiment, or on from where the clocks stand.

        out        folder or URL of the store; without it the run is recorded in memory
        overwrite  whether a store that exists may be replaced
        parent     what the store is to say of the run from which this one branches

        Whatever ends the run, `run_finished` is emitted and all that was recorded is kept: the
        exception has it as `run`. Raises `StoreError` where `out` exists, `ComponentError` where a
        component raises, `DivergenceError` where weights or thresholds are no numbers, and
        `KeyboardInterrupt` after Ctrl-C, at the end of the step at hand.
        """
        with watching(self.interrupt):
            store = StoreWriter.create(
                out, self.experiment, self.data, overwrite=overwrite, parent=parent
            )
            return self._record(store)

    def resume(self, place: str | Path) -> Run:
        """Go on with the run of a store from its last checkpoint, as if it had never stopped.

        place   folder or URL of the store

        Raises `StoreError` where the store is of another experiment or other data; the length,
        the listeners, the metrics and the storage may be others.
        """
        with watching(self.interrupt):
            store = StoreWriter.reopen(place, self.experiment)
            try:
                notices = self._take_up(store)
            except BaseException:
                store.release()
                raise
            if notices is None:
                store.release()
                logger.info("%s: has run to its end; more epochs let it go on", place)
                return Run(StoreReader.open(place))
            return self._record(store, notices)

    def _record(self, store: StoreWriter, notices: Iterable[str] = ()) -> Run:
        """Train to the end in a session of its own, which begins with some notices."""
        self.session = Session(self, store)
        for text in notices:
            self.session.notice(text)
        run = Run(store)
        try:
            self.session.record()
        except KeyboardInterrupt as error:
            told = (
                f"interrupted at {self.session.clock}; the run until then is the attribute `run` "
                "of this exception (at the prompt sys.last_value.run)"
            )
            if store.target is not None and store.checkpoints:
                told += f", and plasticity.resume({str(store.target)!r}) goes on from there"
            # No class of its own: Python ends as by Ctrl-C after this very class alone.
            error.args = (told,)
            vars(error).update(run=run, signal=self.interrupt.number)
            raise
        except PlasticityError as error:
            error.run = run
            raise
        return run

    @property
    def store(self) -> StoreWriter | None:
        """Where the run is recorded; None before it has begun."""
        return None if self.session is None else self.session.store

    def _take_up(self, store: StoreWriter) -> list[str] | None:
        """Go to the last state of a store; what to tell first, None if there is nothing to do."""
        found = StoreReader.open(str(store.target))
        check_same(found, self.experiment, self.data)
        step, snapshot = last_snapshot(found)
        if snapshot is not None:
            self.restore(snapshot)
        if any(layer.clock.step > layer.clock.n_step for layer in self.layers):
            done = -(-self.layers[0].clock.step // self.layers[0].clock.steps_per_epoch)
            raise StoreError(
                f"{store.target}: epoch {done} has begun already; give epochs = {done}, or more"
            )
        at_end = all(layer.clock.step >= layer.clock.n_step for layer in self.layers)
        if at_end and found.attributes["outcome"].startswith(ENDED):
            return None
        if "compiled" in found.attributes:
            self.fusion.follow(found.attributes["compiled"])
        notices = list(other_factors(self.layers, found.experiment().n_epoch))
        store.continue_from(step)
        return notices

    def stepping(self) -> list[str]:
        """For each layer a line that tells whether its step is compiled, and if not why."""
        return [
            self.fusion.explain(layer, self.caller(layer, layer.batch_arrays(1) | self.labels(1)))
            for layer in self.layers
        ]

    def explain_step(self, layer: LayerState) -> str | None:
        """Why a layer steps through the plan, or None where its step is compiled."""
        return self.fusion.reason_against(
            layer, self.caller(layer, layer.batch_arrays(1) | self.labels(1))
        )

    def largest_product(self) -> int:
        """Multiplications of the largest matrix product of a step."""
        sizes = [layer.sizes for layer in self.layers]
        return max(size["neuron"] * size["input"] * size["sample"] for size in sizes)

    def respond(self, samples: Array, layer: int | str = -1) -> Array:
        """The activity (neuron, sample) of a layer on samples (sample, input).

        Learns nothing and leaves the arrays of training alone. Encoders that draw random numbers
        are left out. A constant input is appended where the samples lack it.
        """
        return self.evaluation.respond(samples, layer)

    def snapshot(self) -> dict[str, Any]:
        """The whole state: arrays, random streams and clocks, as copies."""
        return {state.name: snapshot_of(state) for state in (self.whole, *self.layers)}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to the state of a snapshot of the same experiment."""
        for state in (self.whole, *self.layers):
            restore(state, snapshot[state.name])
        if "batches" in self.whole.components:
            self.whole.components["batches"].show(self.data)
        self._plans.clear()
        self._plan_until = 0

    # -- what the loop asks --------------------------------------------------------------------

    def view(self, layer: LayerState) -> LayerView:
        """What a listener sees of a layer."""
        return self._views[layer.name]

    def caller(
        self,
        layer: LayerState,
        arrays: Mapping[str, Any],
        hears: Callable[[Any], bool] | None = None,
    ) -> Caller:
        """A function from an event to its answers within a layer, with arguments bound.

        `hears` tells which components take part, if not all.
        """
        known = {
            "clock": layer.clock,
            "layer": self._views[layer.name],
            "store": self.store,
            "experiment": self.experiment,
            **arrays,
        }
        others = self._others[layer.name]
        if hears is not None:
            deaf = [part for part in self.manager.get_plugins() if not hears(part)]
            others = others + deaf

        def call(event: str) -> tuple[Call, ...]:
            given = known
            if event in DRAW and self.data.constant is not None and "x" in known:
                given = {**known, "x": known["x"][:, : self.data.samples.shape[1]]}
            return calls_of(self.manager.subset_hook_caller(event, others), given, event)

        return call

    def plan(self, stage: list[LayerState]) -> loop.Plan:
        """The plan of the next step, made anew where the batch, a phase or a listener changed."""
        clock = stage[0].clock
        stands = stage is self._plan_stage and self.manager.changes == self._plan_changes
        if stands and clock.step < self._plan_until:
            return self._plan
        size = self.experiment.batch_size
        place = clock.step % clock.steps_per_epoch
        batch = min(size, self.data.per_epoch - place * size)
        whole = self.data.per_epoch // size
        self._plan_until = clock.step - place + (whole if place < whole else clock.steps_per_epoch)
        self._plan_stage, self._plan_changes = stage, self.manager.changes
        key = (
            tuple(layer.name for layer in stage),
            batch,
            tuple((layer.learns, self.fusion.variant(layer)) for layer in stage),
            self.manager.changes,
        )
        for state in (self.whole, *self.layers):
            state.clock.batch = batch
            state.bind(batch)
            for rule in state.scaled.values():
                rule.labels = self.labels(batch)
        if key not in self._plans:
            self._plans[key] = loop.plan_of(self, stage, batch)
        self._plan = self._plans[key]
        compiled = [answer.component for answer in self._plan.step if answer.event == "step"]
        for layer in stage:
            layer.not_materialised = NOT_MATERIALISED if layer in compiled else frozenset()
        self._plan.until = self._plan_until
        self._plan.listen_after(clock.step)
        return self._plan

    def labels(self, batch: int) -> dict[str, Array]:
        """The labels of the samples of a step, by the name of the argument, where there are any."""
        if self.data.labels is None or "batches" not in self.whole.components:
            return {}
        if self._labels is None:
            self._labels = np.empty(self.experiment.batch_size, self.data.labels.dtype)
        return {"labels": self._labels[:batch]}

    def notify(self, event: str, clock: Clock, **arguments: Any) -> None:
        """Emit an event of the whole run."""
        known = {"clock": clock, "store": self.store, "experiment": self.experiment, **arguments}
        emit(calls_of(getattr(self.manager.hook, event), known, event), clock)

    def listening(self) -> Iterator[Any]:
        """The components that listen every so many steps."""
        for event in ("step_finished", "should_stop"):
            for listener in getattr(self.manager.hook, event).get_hookimpls():
                yield listener.plugin


def _parts(layer: LayerState) -> list[Any]:
    """The components of a layer as the manager knows them."""
    return [layer.scaled.get(place, part) for place, part in layer.components.items()]


def _answering(whole: LayerState, layer: LayerState) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in (*whole.components.values(), *layer.components.values()):
        interface = interface_of(part)
        for event in interface.events:
            found[event] = (*found.get(event, ()), interface.label)
    return found
