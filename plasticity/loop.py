"""The loop: run, epoch, step. `step_plan` tells what a step does, in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.clock import Clock
from plasticity.components import label_of
from plasticity.dispatch import Answer, collect, emit, first
from plasticity.errors import ConflictError, ContractError
from plasticity.hookspecs import ADAPT, DRAW, MODULATE, RESPOND, UPDATE
from plasticity.online import FusedStretch
from plasticity.state import Array, LayerState, read_only

if TYPE_CHECKING:
    from plasticity.simulation import Simulation


def train(simulation: Simulation, stage: list[LayerState]) -> str | None:
    """Train the layers of one stage to the end of their epochs; the reason if one asks to stop.

    A stage whose clock stands in the middle of an epoch goes on from there.
    """
    clock = stage[0].clock
    while clock.step < clock.n_step:
        if clock.step % clock.steps_per_epoch == 0:
            for layer in stage:
                layer.clock.phase = simulation.experiment.phase_of(clock.epoch)
            simulation.notify("epoch_started", clock)
        reason = _epoch(simulation, stage, clock)
        if clock.step % clock.steps_per_epoch == 0:
            simulation.notify("epoch_finished", clock)
        if simulation.interrupt.requested:
            raise KeyboardInterrupt
        if reason:
            return reason
    return None


def _epoch(simulation: Simulation, stage: list[LayerState], clock: Clock) -> str | None:
    """Step to the end of the epoch, or until somebody asks to stop; the reason, if one is given."""
    measure_every = simulation.experiment.measure_every or clock.steps_per_epoch
    while True:
        plan = simulation.plan(stage)
        steps = _do(plan, clock, measure_every)
        for layer in stage:
            layer.clock.advance(steps)
        step = clock.step
        if step % measure_every == 0 or step == clock.n_step:
            simulation.measure(stage)
        if step >= plan.next_heard:
            reason = plan.hear(step)
            if reason:
                return reason
        if step % clock.steps_per_epoch == 0 or simulation.interrupt.requested:
            return None


def _do(plan: Plan, clock: Clock, measure_every: int) -> int:
    """Do a step or, where Python need not be asked in between, several; how many."""
    if plan.stretch is None:
        emit(plan.step, clock)
        return 1
    measured = (clock.step // measure_every + 1) * measure_every
    return plan.stretch(int(min(plan.next_heard, plan.until, measured)) - clock.step)


Heard = list[tuple[Clock, tuple[Answer, ...], tuple[Answer, ...]]]


@attrs.define
class Plan:
    """All calls of a step for one size of batch, and of those who listen to it.

    step        the calls of the step, in order
    periods     the different `every` of the listeners
    listeners   from the periods that are due to, per layer, those who hear that the step is done
                and those who may give a reason to stop
    stretch     does up to so many steps at once and tells how many, where that is possible
    until       the step at which the plan ends: the batch or the epoch is another
    next_heard  the next step after which anyone listens
    """

    step: tuple[Answer, ...]
    periods: tuple[int, ...]
    listeners: Callable[[tuple[int, ...]], Heard]
    stretch: Callable[[int], int] | None = None
    until: int = 0
    next_heard: float = 0
    _heard: dict[tuple[int, ...], Heard] = attrs.field(factory=dict)

    def hear(self, step: int) -> str | None:
        """Call those who listen at this step; the first reason to stop, or None."""
        due = tuple(period for period in self.periods if step % period == 0)
        if due not in self._heard:
            self._heard[due] = self.listeners(due)
        heard = self._heard[due]
        for clock, finished, _ in heard:
            emit(finished, clock)
        reason: str | None = None
        for clock, _, stops in heard:
            reason = reason or first(stops, clock)
        self.listen_after(step)
        return reason

    def listen_after(self, step: int) -> None:
        """Find the next step at which anyone listens."""
        following = ((step // period + 1) * period for period in self.periods)
        self.next_heard = min(following, default=float("inf"))


def every(component: object) -> int:
    """How often a listener listens, in steps."""
    return int(getattr(component, "every", 1))


def step_plan(simulation: Simulation, stage: list[LayerState], batch: int) -> Iterator[Answer]:
    """The calls of one step: draw a batch, let the layers respond, let those of the stage learn.

    dW_ij = < phi_i x_j > - d_i w_ij is formed between `modulate` and `propose_update`.
    """
    below: Array | None = None
    last = max(simulation.layers.index(layer) for layer in stage)
    for index, layer in enumerate(simulation.layers[: last + 1]):
        arrays = layer.batch_arrays(batch)
        # A layer below the stage has no time of its own any more.
        own = arrays if layer in stage else {**arrays, "clock": stage[0].clock}
        call = simulation.caller(layer, own)
        trains = layer in stage
        compiled = simulation.fusion.step(layer, batch, call, index == 0) if trains else None
        if index > 0:
            yield Answer(np.copyto, (arrays["x"], below), "activate", layer)
        elif compiled is None or compiled.draw is None:
            for event in DRAW:
                yield from call(event)
        below = arrays["activity"].T
        if compiled is not None:
            yield Answer(compiled, (), "step", layer)
            continue
        for event in RESPOND:
            yield from call(event)
        if trains:
            yield from _learning_plan(layer, arrays, call)


def _learning_plan(layer: LayerState, arrays: dict[str, Array], call: Any) -> Iterator[Answer]:
    for event in ADAPT:
        if event == "differentiate" and "slope" not in layer.used:
            continue
        for answer in call(event):
            if event == "schedule_rate":
                answer = answer._replace(function=_set_rate(answer.function, layer.clock))
            yield answer
    if not layer.learns:
        yield Answer(arrays["update"].fill, (0,), "modulate", layer)
        return
    modulation, decay = arrays["modulation"], arrays["decay"]
    yield Answer(modulation.fill, (0,), "modulate", layer)
    yield Answer(decay.fill, (0,), "modulate", layer)
    rules = [answer for event in MODULATE for answer in call(event)]
    yield from rules
    decays = any(rule.whole or any(given is decay for given in rule.arguments) for rule in rules)
    yield Answer(
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

    def listeners(due: tuple[int, ...]) -> Heard:
        heard = []
        for layer in stage:
            arrays = {name: read_only(array) for name, array in layer.batch_arrays(batch).items()}
            call = simulation.caller(layer, arrays, lambda part: every(part) in due)
            heard.append((layer.clock, call("step_finished"), call("should_stop")))
        return heard

    step = tuple(step_plan(simulation, stage, batch))
    alone = step[0].function if len(step) == 1 else None
    return Plan(
        step,
        tuple(sorted({every(part) for part in simulation.listening()})),
        listeners,
        alone.run if isinstance(alone, FusedStretch) else None,
    )


def measurements_of(simulation: Simulation, layer: LayerState) -> dict[str, Any]:
    """All measurements of a layer, by name.

    Raises `ContractError` where a metric returns no dict or something else than numbers,
    `ConflictError` where two give one name.
    """
    responses = simulation.evaluation_responses(layer) if simulation.measures_responses else None
    arrays = {name: read_only(array) for name, array in layer.arrays.items()}
    call = simulation.caller(layer, arrays | {"responses": responses})
    measurements: dict[str, Any] = {}
    for answer in call("measure"):
        for found in collect([answer], layer.clock):
            label = label_of(answer.component)
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
