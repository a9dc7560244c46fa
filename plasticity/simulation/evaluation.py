"""What the layers of a simulation make of samples, aside from training."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.components.inputs import Inputs
from plasticity.components.interface import interface_of
from plasticity.errors import position
from plasticity.hookspecs import RESPOND
from plasticity.network.dispatch import emit
from plasticity.network.randomness import stream
from plasticity.network.snapshot import put_back
from plasticity.network.state import LayerState
from plasticity.typing import Array

if TYPE_CHECKING:
    from plasticity.simulation.simulation import Simulation

_BATCH = 1000


class Evaluation:
    """Lets the layers of a simulation respond; learns nothing, changes no array of training.

    Encoders that draw random numbers are left out, and so are those that take the clock: the
    samples have no time. Components that keep state as they respond begin with that of the step at
    hand and advance it from sample to sample; at the end it is put back, random streams as well.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._dtype: np.dtype[Any] = np.dtype(simulation.experiment.dtype)
        self.until: Any = None  # the encoder that fits itself to what those before it leave

    def respond(self, samples: Array, layer: int | str = -1) -> Array:
        """The activity (neuron, sample) of a layer on samples (sample, input)."""
        layers = self._simulation.layers
        index = position(layer, [state.name for state in layers])
        responses = np.empty((layers[index].sizes["neuron"], len(samples)), self._dtype)
        with self._undone(index + 1):
            for start in range(0, len(samples), _BATCH):
                block = samples[start : start + _BATCH]
                responses[:, start : start + len(block)] = self._through(block, index + 1).T
        return responses

    def inputs(self, layer: LayerState) -> Inputs:
        """The training samples as a layer sees them at present."""
        index, data = self._simulation.layers.index(layer), self._simulation.data

        def take(rows: Array) -> Array:
            with self._undone(index):
                seen = self._through(data.take(rows, self._dtype), index)
            encodes = self.until is not None and "encode" in interface_of(self.until).events
            return seen[:, : data.samples.shape[1]] if encodes else seen

        return Inputs(data.n_sample, take)

    def responses(self, layer: LayerState, at_most: int | None = None) -> Array:
        """The activity of a layer on the evaluation samples, or on so many of them, read-only."""
        samples = self.samples[:: -(-len(self.samples) // (at_most or len(self.samples)))]
        responses = self.respond(samples, self._simulation.layers.index(layer))
        responses.flags.writeable = False
        return responses

    @cached_property
    def samples(self) -> Array:
        """The samples whose responses metrics look at; drawn once, from their own stream."""
        return self._simulation.data.take(self._rows, self._dtype)

    @cached_property
    def labels(self) -> Array | None:
        """The labels of these samples, read-only; None where the data have none."""
        if self._simulation.data.labels is None:
            return None
        labels = self._simulation.data.labels[self._rows]
        labels.flags.writeable = False
        return labels

    @cached_property
    def _rows(self) -> Array:
        experiment, n_sample = self._simulation.experiment, self._simulation.data.n_sample
        count = min(experiment.measure_samples, n_sample)
        chosen = stream(experiment.seed, "evaluation").choice(n_sample, count, replace=False)
        return np.sort(chosen)

    def _through(self, block: Array, n_layer: int) -> Array:
        """What so many layers make of a block of samples (sample, input), encoded before."""
        simulation = self._simulation
        below = simulation.data.completed(np.array(block, self._dtype))
        calls = simulation.caller(simulation.layers[0], {"x": below}, _is_steady)("encode")
        emit(takewhile(lambda call: call.component is not self.until, calls))
        for state in simulation.layers[:n_layer]:
            before = state.clock.batch or simulation.experiment.batch_size
            arrays = state.batch_arrays(len(block), "evaluate")
            state.bind(len(block), "evaluate")
            try:
                arrays["x"][...] = below
                call = simulation.caller(state, arrays)
                for event in RESPOND:
                    emit(call(event), state.clock)
            finally:
                state.bind(before)
            below = arrays["activity"].T
        return below

    def _undone(self, n_layer: int) -> AbstractContextManager[None]:
        """Put back, at the end, the state that encoders and the first layers advance within."""
        return put_back(chain.from_iterable(self._responding[: n_layer + 1]))

    @cached_property
    def _responding(self) -> list[list[Any]]:
        """The components that are called as samples are encoded, and then by each layer."""
        states = self._simulation.whole, *self._simulation.layers
        return [list(filter(_responds, state.components.values())) for state in states]


def _responds(part: Any) -> bool:
    """Whether a component is called where the layers respond to samples that have no time."""
    answered = interface_of(part).events
    return not set(RESPOND).isdisjoint(answered) or ("encode" in answered and _is_steady(part))


def _is_steady(part: Any) -> bool:
    """Whether a component, if it is an encoder, does the same to a sample whenever it is shown."""
    interface = interface_of(part)
    return not interface.streams and "clock" not in interface.events.get("encode", ())
