"""What a step does, in the order of the paper: draw a batch, respond, adapt, learn.

    u = W x                           the current; lateral connections shape it
    y = sigma(u)                      the activity
    theta                             the threshold, estimated from the activity
    dW_ij = < phi_i x_j > - d_i w_ij  phi and d are added up by the rules, < > is over the samples
    W <- W + rate dW                  by the optimizer; constraints come last

Nothing is computed here: each function yields calls, and the loop makes them at every step.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.events import ADAPT, RESPOND, UPDATE
from plasticity.fusion.eligibility import Fusion
from plasticity.fusion.inputs import drawing, encode_once
from plasticity.network.dispatch import Call, Caller
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.typing import Array


def calls_of_a_step(
    network: Network, fusion: Fusion, stage: list[LayerState], batch: int
) -> Iterator[Call]:
    """Yield the calls of a step in which the layers of a stage learn; those below only respond."""
    clock, labels = stage[0].clock, network.labels(batch)
    source: Any = network.whole.components.get("batches")
    if labels:
        yield Call(source.fill_labels, (labels["labels"], clock), "draw_batch", source)
    below: Array | None = None
    for layer in network.layers[: network.layers.index(stage[-1]) + 1]:
        arrays, learns = layer.batch_arrays(batch), layer in stage
        # A layer below the stage has no time of its own any more.
        own = {**arrays, **labels, "clock": layer.clock if learns else clock}
        calls = network.caller(layer, own)
        if below is None:
            if network.data.constant is not None:
                arrays["x"][:, -1] = network.data.constant  # and no step changes it
            encode_once(network, layer, fusion.forget_encoded)
        compiled = fusion.step(layer, batch, calls, below is None) if learns else None
        if below is not None:
            yield Call(np.copyto, (arrays["x"], below), "activate", layer)
        elif compiled is None or compiled.draw is None:
            yield from drawing(source, calls)
        if compiled is not None:
            yield Call(compiled, (), "step", layer)
        else:
            for event in RESPOND:
                yield from calls(event)
            if learns:
                yield from _adapt(layer, calls)
                yield from _learn(layer, arrays, calls)
        below = arrays["activity"].T


def _adapt(layer: LayerState, calls: Caller) -> Iterator[Call]:
    for event in ADAPT:
        if event == "differentiate" and "slope" not in layer.used:
            continue
        for call in calls(event):
            if event == "schedule_rate":
                call = call._replace(function=partial(_set_rate, layer.clock, call.function))
            yield call


def _learn(layer: LayerState, arrays: dict[str, Array], calls: Caller) -> Iterator[Call]:
    if not layer.learns:
        yield Call(arrays["update"].fill, (0,), "modulate", layer)
        return
    modulation, decay = arrays["modulation"], arrays["decay"]
    yield Call(modulation.fill, (0,), "modulate", layer)
    yield Call(decay.fill, (0,), "modulate", layer)
    rules = calls("modulate")
    yield from rules
    decays = any(rule.whole or any(given is decay for given in rule.arguments) for rule in rules)
    summed = (modulation, arrays["x"], decay, arrays["weights"], decays, arrays["update"])
    yield Call(accumulate, summed, "modulate", layer)
    for event in UPDATE:
        yield from calls(event)


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


def _set_rate(clock: Clock, schedule: Callable[..., float], *arguments: Any) -> None:
    clock.rate_factor = schedule(*arguments)
