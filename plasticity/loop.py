"""The loop: run, epoch, step. `step_plan` tells what a step does, in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.clock import Clock
from plasticity.dispatch import Answer, collect, emit, first
from plasticity.hookspecs import ADAPT, DRAW, MODULATE, RESPOND, UPDATE
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
        if reason:
            return reason
        for layer in stage:
            layer.clock.epoch += 1
        simulation.notify("epoch_finished", clock)
    return None


def _epoch(simulation: Simulation, stage: list[LayerState], clock: Clock) -> str | None:
    """Step to the end of the epoch, or until somebody gives a reason to stop."""
    measure_every = simulation.experiment.measure_every or clock.steps_per_epoch
    end = (clock.epoch + 1) * clock.steps_per_epoch
    while clock.step < end:
        plan = simulation.plan(stage)
        emit(plan.step, clock)
        for layer in stage:
            layer.clock.step += 1
        if clock.step % measure_every == 0 or clock.step == clock.n_step:
            simulation.measure(stage)
        if clock.step >= plan.next_heard:
            reason = plan.hear(clock.step)
            if reason:
                return reason
        if simulation.interrupt.requested:
            raise KeyboardInterrupt
    return None


@attrs.define
class Plan:
    """All calls of a step for one size of batch, and of those who listen to it.

    step        the calls of the step, in order
    finished    per layer: who hears that it is done
    stops       per layer: who may give a reason to stop
    next_heard  the next step after which anyone listens
    """

    step: tuple[Answer, ...]
    finished: list[tuple[Clock, tuple[Answer, ...]]]
    stops: list[tuple[Clock, tuple[Answer, ...]]]
    next_heard: float = 0

    def hear(self, step: int) -> str | None:
        """Call those who listen at this step; the first reason to stop, or None."""
        for clock, listeners in self.finished:
            emit([answer for answer in listeners if step % every(answer) == 0], clock)
        reason: str | None = None
        for clock, listeners in self.stops:
            reason = reason or first(
                [answer for answer in listeners if step % every(answer) == 0], clock
            )
        self.listen_after(step)
        return reason

    def listen_after(self, step: int) -> None:
        """Find the next step at which anyone listens."""
        periods = {
            every(answer) for _, listeners in self.finished + self.stops for answer in listeners
        }
        self.next_heard = min((step // n + 1) * n for n in periods) if periods else float("inf")


def every(answer: Answer) -> int:
    """How often a listener listens, in steps."""
    return 1 if answer.whole else int(getattr(answer.component, "every", 1))


def step_plan(simulation: Simulation, stage: list[LayerState], batch: int) -> Iterator[Answer]:
    """The calls of one step: draw a batch, let the layers respond, let those of the stage learn.

    dW_ij = < phi_i x_j > - d_i w_ij is formed between `modulate` and `propose_update`.
    """
    below: Array | None = None
    last = max(simulation.layers.index(layer) for layer in stage)
    for index, layer in enumerate(simulation.layers[: last + 1]):
        arrays = layer.batch_arrays(batch)
        call = simulation.caller(layer, arrays)
        if index == 0:
            for event in DRAW:
                yield from call(event)
        else:
            yield Answer(np.copyto, (arrays["x"], below), "activate", layer)
        for event in RESPOND:
            yield from call(event)
        if layer in stage:
            yield from _learning_plan(layer, arrays, call)
        below = arrays["activity"].T


def _learning_plan(layer: LayerState, arrays: dict[str, Array], call: Any) -> Iterator[Answer]:
    for event in ADAPT:
        if event == "differentiate" and "slope" not in layer.used:
            continue
        for answer in call(event):
            if event == "schedule_rate":
                answer = answer._replace(function=_set_rate(answer.function, layer.clock))
            yield answer
    if not layer.learns:
        return
    modulation, decay = arrays["modulation"], arrays["decay"]
    yield Answer(modulation.fill, (0,), "modulate", layer)
    yield Answer(decay.fill, (0,), "modulate", layer)
    for event in MODULATE:
        yield from call(event)
    yield Answer(
        accumulate,
        (
            modulation,
            arrays["x"],
            decay,
            arrays["weights"],
            "decay" in layer.used,
            arrays["update"],
        ),
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
    finished, stops = [], []
    for layer in stage:
        arrays = {name: read_only(array) for name, array in layer.batch_arrays(batch).items()}
        call = simulation.caller(layer, arrays)
        finished.append((layer.clock, call("step_finished")))
        stops.append((layer.clock, call("should_stop")))
    plan = Plan(tuple(step_plan(simulation, stage, batch)), finished, stops)
    plan.listen_after(stage[0].clock.step)
    return plan


def measurements_of(simulation: Simulation, layer: LayerState) -> dict[str, Any]:
    """All measurements of a layer, by name."""
    responses = simulation.evaluation_responses(layer) if simulation.measures_responses else None
    arrays = {name: read_only(array) for name, array in layer.arrays.items()}
    call = simulation.caller(layer, arrays | {"responses": responses})
    measurements: dict[str, Any] = {}
    for found in collect(call("measure"), layer.clock):
        measurements.update(found)
    return measurements


def _set_rate(schedule: Any, clock: Clock) -> Any:
    def set_rate(*arguments: Any) -> None:
        clock.rate_factor = schedule(*arguments)

    return set_rate
