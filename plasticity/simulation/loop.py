"""The loop: run, epoch, step. `step_plan` tells what a step does, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.components.cadence import Agenda, Following, cadence_of
from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.errors import ConflictError, ContractError
from plasticity.fusion.inputs import drawing, encode_once
from plasticity.fusion.online import FusedStretch
from plasticity.fusion.stretch import Stretch
from plasticity.hookspecs import ADAPT, MODULATE, RESPOND, UPDATE
from plasticity.network.dispatch import Call, collect, emit, first
from plasticity.network.state import LayerState
from plasticity.network.view import read_only
from plasticity.simulation.contracts import labelled_events
from plasticity.typing import Array

if TYPE_CHECKING:
    from plasticity.simulation.session import Session
    from plasticity.simulation.simulation import Simulation


def train(session: Session, stage: list[LayerState]) -> str | None:
    """Train the layers of one stage to the end of their epochs; the reason if one asks to stop.

    A stage whose clock stands in the middle of an epoch goes on from there.
    """
    simulation, clock = session.simulation, stage[0].clock
    while clock.step < clock.n_step:
        if clock.step % clock.steps_per_epoch == 0:
            for layer in stage:
                layer.clock.phase = simulation.experiment.phase_of(clock.epoch)
            simulation.notify("epoch_started", clock)
        reason = _epoch(session, stage, clock)
        if clock.step % clock.steps_per_epoch == 0:
            session.end_epoch(clock)
        if simulation.interrupt.requested:
            session.keep(clock, whole=True)
            raise KeyboardInterrupt
        if reason:
            return reason
        if session.keeper.due(clock.step):
            session.keep(clock)
    return None


def _epoch(session: Session, stage: list[LayerState], clock: Clock) -> str | None:
    """Step to the end of the epoch, or until somebody asks to stop; the reason, if one is given.

    It also returns where something is to be kept, and goes on when it is called again.
    """
    while True:
        plan = session.simulation.plan(stage)
        if clock.step == 0:
            _start(session.simulation, stage)
            plan.listen_after(0)
        steps = _do(plan, clock, session.keeper.at_step)
        for layer in stage:
            layer.clock.advance(steps)
        if plan.stretch is not None:
            plan.stretch.hand_over(clock)
        step = clock.step
        if step >= plan.measures.next or step == clock.n_step:
            session.measure(stage)
            plan.measures.look_beyond(step)
            plan.listen_again(step)
        if step >= plan.hearing.next:
            reason = plan.hear(step)
            if reason:
                return reason
        ended = step % clock.steps_per_epoch == 0 or session.simulation.interrupt.requested
        if ended or session.keeper.due(step):
            return None


def _start(simulation: Simulation, stage: list[LayerState]) -> None:
    """Tell those who listen that the layers are about to do their first step."""
    for layer in stage:
        arrays = {name: read_only(array) for name, array in layer.arrays.items()}
        emit(simulation.caller(layer, arrays)("training_started"), layer.clock)


def _do(plan: Plan, clock: Clock, keep_at: float) -> int:
    """Do a step or, where Python need not be asked in between, several; how many."""
    if plan.stretch is None:
        emit(plan.step, clock)
        return 1
    return plan.stretch.run(min(plan.measures.next, plan.until, keep_at))


Heard = list[tuple[Clock, tuple[Call, ...], tuple[Call, ...]]]


@attrs.define
class Plan:
    """All calls of a step for one size of batch, and of those who listen to it.

    step        the calls of the step, in order
    hearing     the different cadences of the listeners
    listeners   from the positions of the cadences that are due to, per layer, those who hear that
                the step is done and those who may give a reason to stop
    measures    the different cadences of the metrics
    stretch     does several steps at once, where that is possible
    until       the step at which the plan ends: the batch or the epoch is another
    """

    step: tuple[Call, ...]
    hearing: Agenda
    listeners: Callable[[tuple[int, ...]], Heard]
    measures: Agenda
    stretch: Stretch | None = None
    until: int = 0
    _heard: dict[tuple[int, ...], Heard] = attrs.field(factory=dict)

    def hear(self, step: int) -> str | None:
        """Call those who listen at this step; the first reason to stop, or None."""
        due = self.hearing.due(step)
        if due not in self._heard:
            self._heard[due] = self.listeners(due)
        heard = self._heard[due]
        for clock, finished, _ in heard:
            emit(finished, clock)
        reason: str | None = None
        for clock, _, stops in heard:
            reason = reason or first(stops, clock)
        self.hearing.look_beyond(step, due)
        return reason

    def listen_again(self, step: int) -> None:
        """Ask once more who listens to this very step: what was measured may be a reason to."""
        taken = self.stretch.taken if self.stretch is not None else ()
        self.hearing.look_beyond(step - 1, without=taken)

    def listen_after(self, step: int) -> None:
        """Find the next step at which anyone listens, and the next at which anything measures."""
        self.hearing.look_beyond(step)
        self.measures.look_beyond(step)


def step_plan(simulation: Simulation, stage: list[LayerState], batch: int) -> Iterator[Call]:
    """The calls of one step: draw a batch, let the layers respond, let those of the stage learn.

    dW_ij = < phi_i x_j > - d_i w_ij is formed between `modulate` and `propose_update`.
    """
    below: Array | None = None
    last = max(simulation.layers.index(layer) for layer in stage)
    source: Any = simulation.whole.components.get("batches")
    labels = simulation.labels(batch)
    if labels and _takes_labels(simulation):
        yield Call(source.fill_labels, (labels["labels"], stage[0].clock), "draw_batch", source)
    for index, layer in enumerate(simulation.layers[: last + 1]):
        arrays = layer.batch_arrays(batch)
        # A layer below the stage has no time of its own any more.
        own = {**arrays, **labels} | ({} if layer in stage else {"clock": stage[0].clock})
        call = simulation.caller(layer, own)
        trains = layer in stage
        if index == 0:
            if simulation.data.constant is not None:
                arrays["x"][:, -1] = simulation.data.constant  # and no step changes it
            encode_once(simulation, layer)
        compiled = simulation.fusion.step(layer, batch, call, index == 0) if trains else None
        if index > 0:
            yield Call(np.copyto, (arrays["x"], below), "activate", layer)
        elif compiled is None or compiled.draw is None:
            yield from drawing(source, call)
        below = arrays["activity"].T
        if compiled is not None:
            yield Call(compiled, (), "step", layer)
            continue
        for event in RESPOND:
            yield from call(event)
        if trains:
            yield from _learning_plan(layer, arrays, call)


def _takes_labels(simulation: Simulation) -> bool:
    """Whether a component takes the labels of a step; a metric has those of the evaluation."""
    states = (simulation.whole, *simulation.layers)
    parts = (part for state in states for part in state.components.values())
    return any({*labelled_events(part)} - {"measure"} for part in parts)


def _learning_plan(layer: LayerState, arrays: dict[str, Array], call: Any) -> Iterator[Call]:
    for event in ADAPT:
        if event == "differentiate" and "slope" not in layer.used:
            continue
        for answer in call(event):
            if event == "schedule_rate":
                answer = answer._replace(function=_set_rate(answer.function, layer.clock))
            yield answer
    if not layer.learns:
        yield Call(arrays["update"].fill, (0,), "modulate", layer)
        return
    modulation, decay = arrays["modulation"], arrays["decay"]
    yield Call(modulation.fill, (0,), "modulate", layer)
    yield Call(decay.fill, (0,), "modulate", layer)
    rules = [answer for event in MODULATE for answer in call(event)]
    yield from rules
    decays = any(rule.whole or any(given is decay for given in rule.arguments) for rule in rules)
    yield Call(
        accumulate,
        (modulation, arrays["x"], decay, arrays["weights"], decays, arrays["update"]),
        "modulate",
        layer,
    )
    for event in UPDATE:
        yield from call(event)


def accumulate(
    modulation: Array, x: Array, decay: Array, weights: Array, decays: bool, update: Array
) -> None:
    """Fill the update from what the rules gave.

        dW_ij = < phi_ib x_bj >_b - d_i w_ij

    modulation  (neuron, sample)  phi, divided by the number of samples here
    x           (sample, input)
    decay       (neuron,)         d; `decays` tells whether any rule gives one
    weights     (neuron, input)
    update      (neuron, input)   overwritten
    """
    modulation /= len(x)
    np.dot(modulation, x, out=update)
    if decays:
        update -= decay[:, np.newaxis] * weights


def plan_of(simulation: Simulation, stage: list[LayerState], batch: int) -> Plan:
    """The plan of a step with this many samples."""
    steps_per_epoch = stage[0].clock.steps_per_epoch
    cadences: list[Following] = []
    listens: dict[int, int] = {}  # id of a component -> position of its cadence
    offering: dict[int, Any] = {}  # position of a cadence -> the one component that has it
    for part in simulation.listening():
        if id(part) in listens:
            continue
        cadence = cadence_of(part, steps_per_epoch)
        place = len(cadences)
        if interface_of(part).kept_in_stretch is not None:
            offering[place] = part
        else:
            alike = (n for n, known in enumerate(cadences) if known == cadence)
            place = next((n for n in alike if n not in offering), place)
        if place == len(cadences):
            cadences.append(cadence)
        listens[id(part)] = place

    def listeners(due: tuple[int, ...]) -> Heard:
        heard = []
        for layer in stage:
            given = layer.batch_arrays(batch) | simulation.labels(batch)
            arrays = {name: read_only(array) for name, array in given.items()}
            call = simulation.caller(layer, arrays, lambda part: listens.get(id(part)) in due)
            heard.append((layer.clock, call("step_finished"), call("should_stop")))
        return heard

    step = tuple(step_plan(simulation, stage, batch))
    alone = step[0].function if len(step) == 1 else None
    hearing, stretch = Agenda(cadences), None
    if isinstance(alone, FusedStretch):
        stretch = Stretch(alone, hearing, offering, simulation.view(alone.layer))
    measures = Agenda({cadence: None for _, cadence in _measuring(simulation, stage[0])})
    return Plan(step, hearing, listeners, measures, stretch)


def _measuring(simulation: Simulation, layer: LayerState) -> Iterator[tuple[Any, Following]]:
    """The metrics, each with its cadence."""
    steps_per_epoch = layer.clock.steps_per_epoch
    usual = simulation.experiment.measure_every or steps_per_epoch
    for found in simulation.manager.hook.measure.get_hookimpls():
        yield found, cadence_of(found.plugin, steps_per_epoch, usual)


def measurements_of(simulation: Simulation, layer: LayerState) -> dict[str, Any]:
    """The measurements of a layer that are due at this step, by name; all at its last step.

    Raises `ContractError` where a metric returns no dict or something else than numbers,
    `ConflictError` where two give one name.
    """
    step = layer.clock.step
    due = [
        found
        for found, cadence in _measuring(simulation, layer)
        if step == layer.clock.n_step or cadence.following(step - 1) == step
    ]
    wanted = any("responses" in found.argnames for found in due)
    responses = simulation.evaluation.responses(layer) if wanted else None
    arrays = {name: read_only(array) for name, array in layer.arrays.items()}
    seen = {"responses": responses, "labels": simulation.evaluation.labels}
    measuring = {id(found.plugin) for found in due}
    call = simulation.caller(layer, arrays | seen, lambda part: id(part) in measuring)
    measurements: dict[str, Any] = {}
    for answer in call("measure"):
        for found in collect([answer], layer.clock):
            label = interface_of(answer.component).label
            if not isinstance(found, dict):
                raise ContractError(
                    f"{label!r} returned {type(found).__name__} from measure, which returns "
                    "measurements by name: {'name': number}"
                )
            for name, value in found.items():
                if name in measurements:
                    raise ConflictError(
                        f"two metrics measure {name!r}, the second is {label!r}; leave out one"
                    )
                _check_measurement(label, name, value, layer.sizes["neuron"])
            measurements.update(found)
    return measurements


def _check_measurement(label: str, name: str, value: Any, n_neuron: int) -> None:
    if name in ("step", "epoch"):
        raise ContractError(
            f"{label!r} measures {name!r}, which is what a store calls its clock; give it another "
            "name"
        )
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or array.shape not in ((), (n_neuron,)):
        raise ContractError(
            f"{label!r} measured {name!r} as {array.dtype} of shape {array.shape}; a measurement "
            f"is a number, or a number for each of the {n_neuron} neurons"
        )


def _set_rate(schedule: Any, clock: Clock) -> Any:
    def set_rate(*arguments: Any) -> None:
        clock.rate_factor = schedule(*arguments)

    return set_rate
