"""The measurements of a layer: which metrics are due, and what they give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from plasticity.components.cadence import Following, cadence_of
from plasticity.components.interface import interface_of
from plasticity.errors import ConflictError, ContractError
from plasticity.experiment.spec import Experiment
from plasticity.network.dispatch import collect
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.network.view import read_only
from plasticity.simulation.evaluation import Evaluation


def cadences_of(
    experiment: Experiment, network: Network, layer: LayerState
) -> Iterator[tuple[Any, Following]]:
    """Yield pluggy's implementation of `measure` of each metric of a layer, and its cadence."""
    steps_per_epoch = layer.clock.steps_per_epoch
    usual = experiment.measure_every or steps_per_epoch
    for metric in network.hooks(layer, "measure"):
        yield metric, cadence_of(metric.plugin, steps_per_epoch, usual)


def descriptions_of(network: Network, layer: LayerState) -> dict[str, dict[str, Any]]:
    """Return what a store is to say of each measurement of a layer, by its name."""
    described: dict[str, dict[str, Any]] = {}
    for metric in (interface_of(hook.plugin) for hook in network.hooks(layer, "measure")):
        cadence = {} if metric.every is None else {"cadence": str(metric.every)}
        for name, labels in metric.describes.items():
            described[name] = {**labels, "source": metric.label, **cadence}
    return described


def measurements_of(
    experiment: Experiment, network: Network, evaluation: Evaluation, layer: LayerState
) -> dict[str, Any]:
    """Return the measurements of a layer that are due at this step, by name; at its last all."""
    step = layer.clock.step
    due = [
        metric
        for metric, cadence in cadences_of(experiment, network, layer)
        if step == layer.clock.n_step or cadence.following(step - 1) == step
    ]
    wanted = any("responses" in metric.argnames for metric in due)
    responses = evaluation.responses(layer) if wanted else None
    arrays = {name: read_only(array) for name, array in layer.arrays.items()}
    seen = {"responses": responses, "labels": evaluation.labels}
    measuring = {id(metric.plugin) for metric in due}
    call_of = network.caller(layer, arrays | seen, lambda part: id(part) in measuring)
    measurements: dict[str, Any] = {}
    for call in call_of("measure"):
        for measured in collect([call], layer.clock):
            label = interface_of(call.component).label
            _add(measurements, measured, label, layer.sizes["neuron"])
    return measurements


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
