"""Responses of the layers to samples, aside from training, and what metrics measure."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import chain, takewhile
from typing import Any

import numpy as np

from plasticity.components.cadence import Following, cadence_of
from plasticity.components.data import Inputs
from plasticity.components.events import RESPOND
from plasticity.components.interface import interface_of
from plasticity.errors import ConflictError, ContractError, position
from plasticity.experiment.spec import Experiment
from plasticity.network.dispatch import collect, emit
from plasticity.network.network import Network
from plasticity.network.randomness import stream
from plasticity.network.snapshot import put_back
from plasticity.network.state import LayerState
from plasticity.network.view import read_only
from plasticity.typing import Array

_BATCH = 1000


class Evaluation:
    """Lets the layers of a network respond; learns nothing, changes no array of training.

    Encoders that draw random numbers are left out, and so are those that take the clock: the
    samples have no time. Components that keep state as they respond begin with that of the step at
    hand and advance it from sample to sample; at the end it is put back, random streams as well.
    """

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self._experiment = experiment
        self._network = network
        self._dtype: np.dtype[Any] = np.dtype(experiment.dtype)

    def respond(self, samples: Array, layer: int | str = -1) -> Array:
        layers = self._network.layers
        index = position(layer, [state.name for state in layers])
        responses = np.empty((layers[index].sizes["neuron"], len(samples)), self._dtype)
        with self._undone(index + 1):
            for start in range(0, len(samples), _BATCH):
                block = samples[start : start + _BATCH]
                responses[:, start : start + len(block)] = self._through(block, index + 1).T
        return responses

    def inputs(self, layer: LayerState, until: Any = None) -> Inputs:
        """Return the training samples as a layer sees them, or the encoder `until` would fit to."""
        index, data = self._network.layers.index(layer), self._network.data
        encodes = until is not None and "encode" in interface_of(until).events

        def take(rows: Array) -> Array:
            with self._undone(index):
                seen = self._through(data.take(rows, self._dtype), index, until)
            return seen[:, : data.samples.shape[1]] if encodes else seen

        return Inputs(data.n_sample, take)

    def responses(self, layer: LayerState, at_most: int | None = None) -> Array:
        """Return the activity of a layer on the evaluation samples, or some of them, read-only."""
        samples = self.samples[:: -(-len(self.samples) // (at_most or len(self.samples)))]
        return read_only(self.respond(samples, self._network.layers.index(layer)))

    @cached_property
    def samples(self) -> Array:
        """The samples whose responses metrics look at; drawn once, from their own stream."""
        return self._network.data.take(self._rows, self._dtype)

    @cached_property
    def labels(self) -> Array | None:
        labels = self._network.data.labels
        return None if labels is None else read_only(labels[self._rows])

    @cached_property
    def _rows(self) -> Array:
        experiment, n_sample = self._experiment, self._network.data.n_sample
        count = min(experiment.measure_samples, n_sample)
        return np.sort(stream(experiment.seed, "evaluation").choice(n_sample, count, replace=False))

    def measurements(self, layer: LayerState) -> dict[str, Any]:
        """Return the measurements of a layer that are due, by name; at its last step all."""
        step, n_step = layer.clock.step, layer.clock.n_step
        metrics = cadences_of(self._experiment, self._network, layer)
        due = [m for m, each in metrics if step == n_step or each.following(step - 1) == step]
        wanted = any("responses" in metric.argnames for metric in due)
        seen = {"responses": self.responses(layer) if wanted else None, "labels": self.labels}
        arrays = {name: read_only(array) for name, array in layer.arrays.items()}
        measuring = {id(metric.plugin) for metric in due}
        call_of = self._network.caller(layer, arrays | seen, lambda part: id(part) in measuring)
        measurements: dict[str, Any] = {}
        for call in call_of("measure"):
            for measured in collect([call], layer.clock):
                label = interface_of(call.component).label
                _add(measurements, measured, label, layer.sizes["neuron"])
        return measurements

    def descriptions(self, layer: LayerState) -> dict[str, dict[str, Any]]:
        """Return what a store is to say of each measurement of a layer, by its name."""
        described: dict[str, dict[str, Any]] = {}
        metrics = (interface_of(hook.plugin) for hook in self._network.hooks(layer, "measure"))
        for metric in metrics:
            cadence = {} if metric.every is None else {"cadence": str(metric.every)}
            for name, labels in metric.describes.items():
                described[name] = {**labels, "source": metric.label, **cadence}
        return described

    def _through(self, block: Array, n_layer: int, until: Any = None) -> Array:
        """Encode a block of samples (sample, input) and return what the first layers make of it."""
        network = self._network
        below = network.data.completed(np.array(block, self._dtype))
        encoding = network.caller(network.layers[0], {"x": below}, _is_steady)("encode")
        emit(takewhile(lambda call: call.component is not until, encoding))
        for layer in network.layers[:n_layer]:
            before = layer.clock.batch or self._experiment.batch_size
            arrays = layer.batch_arrays(len(block), "evaluate")
            layer.bind(len(block), "evaluate")
            try:
                arrays["x"][...] = below
                call = network.caller(layer, arrays)
                for event in RESPOND:
                    emit(call(event), layer.clock)
            finally:
                layer.bind(before)
            below = arrays["activity"].T
        return below

    def _undone(self, n_layer: int) -> AbstractContextManager[None]:
        return put_back(chain(*self._responding[: n_layer + 1]))

    @cached_property
    def _responding(self) -> list[list[Any]]:
        states = self._network.states
        return [list(filter(_responds, state.components.values())) for state in states]


def cadences_of(
    experiment: Experiment, network: Network, layer: LayerState
) -> Iterator[tuple[Any, Following]]:
    """Yield pluggy's implementation of `measure` of each metric of a layer, and its cadence."""
    steps_per_epoch = layer.clock.steps_per_epoch
    usual = experiment.measure_every or steps_per_epoch
    for metric in network.hooks(layer, "measure"):
        yield metric, cadence_of(metric.plugin, steps_per_epoch, usual)


def _add(measurements: dict[str, Any], measured: Any, label: str, n_neuron: int) -> None:
    """Add what one metric measured; refuse what is no number by name, or has a name in use."""
    if not isinstance(measured, dict):
        raise ContractError(
            f"{label!r} returned {type(measured).__name__} from measure, which returns "
            "measurements by name: {'name': number}"
        )
    for name, value in measured.items():
        if name in measurements:
            raise ConflictError(
                f"two metrics measure {name!r}, the second is {label!r}; leave out one"
            )
        if name in ("step", "epoch"):
            raise ContractError(
                f"{label!r} measures {name!r}, which is what a store calls its clock; give it "
                "another name"
            )
        array = np.asarray(value)
        if array.dtype.kind not in "fiub" or array.shape not in ((), (n_neuron,)):
            raise ContractError(
                f"{label!r} measured {name!r} as {array.dtype} of shape {array.shape}; a "
                f"measurement is a number, or a number for each of the {n_neuron} neurons"
            )
    measurements.update(measured)


def _responds(component: Any) -> bool:
    answered = interface_of(component).events.keys()
    return not answered.isdisjoint(RESPOND) or ("encode" in answered and _is_steady(component))


def _is_steady(component: Any) -> bool:
    """Return whether a component, if an encoder, does the same to a sample whenever it is shown."""
    interface = interface_of(component)
    return not interface.streams and "clock" not in interface.events.get("encode", ())
