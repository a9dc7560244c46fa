"""The plan of a step: its calls and those of the listeners, made once and used until it changes."""

from collections.abc import Callable
from typing import Any

import attrs

from plasticity.components.cadence import Agenda, Following, cadence_of
from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.experiment.spec import Experiment
from plasticity.fusion.chunk import FusedSteps, Stretch
from plasticity.fusion.eligibility import NOT_MATERIALISED, Fusion
from plasticity.network.dispatch import Call, emit, first
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.network.view import read_only
from plasticity.simulation.evaluation import cadences_of
from plasticity.simulation.step import calls_of_a_step

# For each layer its clock, and who is called when its step is done and for a reason to stop.
Callbacks = list[tuple[Clock, tuple[Call, ...], tuple[Call, ...]]]


@attrs.define
class Plan:
    """All calls of a step for one size of batch, and of those who listen to it."""

    step: tuple[Call, ...]
    listening: Agenda
    callbacks: Callable[[tuple[int, ...]], Callbacks]  # from the cadences due, by their positions
    measuring: Agenda
    stretch: Stretch | None = None  # does several steps at once, where that is possible
    until: int = 0  # the step from which on the batch or the epoch is another
    _known: dict[tuple[int, ...], Callbacks] = attrs.field(factory=dict, init=False)

    def advance(self, clock: Clock, until: float) -> int:
        """Do a step or, up to `until`, all that need nothing of Python; return their number."""
        if self.stretch is None:
            emit(self.step, clock)
            return 1
        return self.stretch.run(min(self.measuring.next, self.until, until))

    def notify_listeners(self, step: int) -> str | None:
        due = self.listening.due(step)
        if due not in self._known:
            self._known[due] = self.callbacks(due)
        callbacks = self._known[due]
        for clock, finished, _ in callbacks:
            emit(finished, clock)
        reason: str | None = None
        for clock, _, stops in callbacks:
            reason = reason or first(stops, clock)
        self.listening.look_beyond(step, due)
        return reason

    def find_due(self, step: int) -> None:
        self.listening.look_beyond(step)
        self.measuring.look_beyond(step)

    def find_due_again(self, step: int) -> None:
        """Find who is due at this very step again: a new measurement may have made one due."""
        taken = self.stretch.taken if self.stretch is not None else ()
        self.listening.look_beyond(step - 1, without=taken)
        self.measuring.look_beyond(step)


class Plans:
    """The plans of a simulation, kept as long as neither batch, phase nor listeners change."""

    def __init__(self, experiment: Experiment, network: Network, fusion: Fusion) -> None:
        self.experiment, self.network, self.fusion = experiment, network, fusion
        self._plans: dict[Any, Plan] = {}
        self._plan: Plan
        self._stage: list[LayerState] = []
        self._until = self._changes = -1

    def clear(self) -> None:
        self._plans.clear()
        self._until = -1

    def next(self, stage: list[LayerState]) -> Plan:
        clock, network = stage[0].clock, self.network
        same = stage is self._stage and network.changes == self._changes
        if same and clock.step < self._until:
            return self._plan
        batch, self._until = self._batch(clock)
        self._stage, self._changes = stage, network.changes
        network.bind(batch)
        variants = tuple((layer.name, layer.learns, self.fusion.variant(layer)) for layer in stage)
        key = batch, variants, network.changes
        if key not in self._plans:
            self._plans[key] = plan_of(self.experiment, network, self.fusion, stage, batch)
        self._plan = self._plans[key]
        compiled = [call.component for call in self._plan.step if call.event == "step"]
        for layer in stage:
            layer.not_materialised = NOT_MATERIALISED if layer in compiled else frozenset()
        self._plan.until = self._until
        self._plan.find_due(clock.step)
        return self._plan

    def _batch(self, clock: Clock) -> tuple[int, int]:
        """Return the samples of the next step, and the step until which there are as many."""
        size, per_epoch = self.experiment.batch_size, self.network.data.per_epoch
        done, full = clock.step % clock.steps_per_epoch, per_epoch // size
        left = (full if done < full else clock.steps_per_epoch) - done
        return min(size, per_epoch - done * size), clock.step + left


def plan_of(
    experiment: Experiment, network: Network, fusion: Fusion, stage: list[LayerState], batch: int
) -> Plan:
    """Return the plan of a step with this many samples."""
    cadences: list[Following] = []
    position: dict[int, int] = {}  # id of a listener -> position of its cadence
    offering: dict[int, Any] = {}  # position of a cadence -> the one listener that has it
    events = ("step_finished", "should_stop")
    hooks = (hook for layer in stage for event in events for hook in network.hooks(layer, event))
    for listener in {id(hook.plugin): hook.plugin for hook in hooks}.values():
        cadence = cadence_of(listener, stage[0].clock.steps_per_epoch)
        alike = (n for n, known in enumerate(cadences) if known == cadence and n not in offering)
        offers = interface_of(listener).kept_in_stretch is not None
        at = len(cadences) if offers else next(alike, len(cadences))
        if at == len(cadences):
            cadences.append(cadence)
        if offers:
            offering[at] = listener
        position[id(listener)] = at

    def callbacks(due: tuple[int, ...]) -> Callbacks:
        called = []
        for layer in stage:
            given = layer.batch_arrays(batch) | network.labels(batch)
            arrays = {name: read_only(array) for name, array in given.items()}
            calls = network.caller(layer, arrays, lambda part: position.get(id(part)) in due)
            called.append((layer.clock, calls("step_finished"), calls("should_stop")))
        return called

    step = tuple(calls_of_a_step(network, fusion, stage, batch))
    alone = step[0].function if len(step) == 1 else None
    listening, stretch = Agenda(cadences), None
    if isinstance(alone, FusedSteps):
        stretch = Stretch(alone, listening, offering, network.view(alone.layer))
    metrics = (pair for layer in stage for pair in cadences_of(experiment, network, layer))
    measuring = Agenda({cadence: None for _, cadence in metrics})
    return Plan(step, listening, callbacks, measuring, stretch)
