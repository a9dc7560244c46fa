"""The layers of an experiment: who answers which event within each, and their whole state."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pluggy

from plasticity import hookspecs
from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.events import DRAW
from plasticity.components.interface import interface_of
from plasticity.network.dispatch import Caller, Calls, Manager, calls_of, emit
from plasticity.network.snapshot import restore, snapshot_of
from plasticity.network.state import LayerState
from plasticity.network.view import LayerView
from plasticity.typing import Array


class Network:
    """The layers of an experiment with their components, which answer the events.

    `whole` is the state of the components that belong to no layer. Each layer has a manager of
    pluggy for its components and these; that of `whole` holds all components. What events of every
    layer may take, the experiment and the store of a run, is the `context`.
    """

    # From a layer and a number of samples at most to its activity on evaluation samples.
    responses: Callable[[LayerState, int | None], Array]

    def __init__(
        self, data: Data, whole: LayerState, layers: list[LayerState], experiment: object
    ) -> None:
        self.data, self.whole, self.layers = data, whole, layers
        self.states = whole, *layers
        self.changes = 0  # how often a component came or went, by which a plan is out of date
        self.context = {"experiment": experiment, "store": None}
        self._labels: Array | None = None
        every, self.managers = dict(whole.components), {}
        for layer in layers:
            own = {place: layer.scaled.get(place, c) for place, c in layer.components.items()}
            self.managers[layer.name] = _manager_of({**whole.components, **own})
            every |= {f"{layer.name}: {place}": part for place, part in own.items()}
        self.managers[whole.name] = _manager_of(every)
        self._views = {state.name: self._view_of(state) for state in self.states}

    def register(self, component: Any, place: str) -> None:
        self.changes += 1
        self.whole.components[place] = component
        for manager in self.managers.values():
            manager.register(component, place)

    def unregister(self, component: Any) -> None:
        self.changes += 1
        for manager in self.managers.values():
            if manager.is_registered(component):
                manager.unregister(component)

    def view(self, state: LayerState) -> LayerView:
        return self._views[state.name]

    def caller(
        self,
        layer: LayerState,
        arrays: Mapping[str, Any],
        joins: Callable[[Any], bool] = lambda component: True,
    ) -> Caller:
        """Return a function from an event to its calls within a layer, of components that join."""
        known = {"clock": layer.clock, "layer": self.view(layer), **self.context, **arrays}
        manager = self.managers[layer.name]
        absent = [part for part in manager.get_plugins() if not joins(part)]
        drawn = known
        if self.data.constant is not None and "x" in known:
            drawn = {**known, "x": known["x"][:, : self.data.samples.shape[1]]}

        def call(event: str) -> Calls:
            taken = drawn if event in DRAW else known
            return calls_of(manager.subset_hook_caller(event, absent), taken, event)

        return call

    def notify(self, event: str, clock: Clock, **arguments: Any) -> None:
        emit(self.calls(event, clock=clock, **arguments), clock)

    def calls(self, event: str, **arguments: Any) -> Calls:
        """Return the calls of an event of the whole run."""
        caller = getattr(self.managers[self.whole.name].hook, event)
        return calls_of(caller, {**self.context, **arguments}, event)

    def hooks(self, state: LayerState, event: str) -> list[pluggy.HookImpl]:
        """Return pluggy's implementations of an event within a layer, the last called first."""
        return list(getattr(self.managers[state.name].hook, event).get_hookimpls())

    def labels(self, batch: int) -> dict[str, Array]:
        """Return the array for the labels of a step by its name, where a component takes them."""
        parts = (part for state in self.states for part in state.components.values())
        events = (pair for part in parts for pair in interface_of(part).events.items())
        # A metric takes those of the evaluation.
        taken = any(event != "measure" and "labels" in arguments for event, arguments in events)
        if not taken or self.data.labels is None or "batches" not in self.whole.components:
            return {}
        if self._labels is None:
            self._labels = np.empty(self.whole.sizes["sample"], self.data.labels.dtype)
        return {"labels": self._labels[:batch]}

    def bind(self, batch: int) -> None:
        labels = self.labels(batch)
        for state in self.states:
            state.clock.batch = batch
            state.bind(batch)
            for rule in state.scaled.values():
                rule.labels = labels

    def snapshot(self) -> dict[str, Any]:
        return {state.name: snapshot_of(state) for state in self.states}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        for state in self.states:
            restore(state, snapshot[state.name])
        if "batches" in self.whole.components:
            self.whole.components["batches"].show(self.data)

    def _view_of(self, state: LayerState) -> LayerView:
        answers: dict[str, tuple[str, ...]] = {}
        for part in {**self.whole.components, **state.components}.values():
            interface = interface_of(part)
            for event in interface.events:
                answers[event] = (*answers.get(event, ()), interface.label)
        return LayerView(state, answers, lambda at_most: self.responses(state, at_most))


def _manager_of(components: dict[str, Any]) -> Manager:
    manager = Manager()
    manager.add_hookspecs(hookspecs)
    # pluggy calls the last registered first.
    for place, component in reversed(components.items()):
        manager.register(component, place)
    return manager
