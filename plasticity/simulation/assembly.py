"""From a spec to a simulation: components made, checked, given arrays and streams, registered."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.defaults import batches_of
from plasticity.components.interface import interface_of
from plasticity.errors import SettingError
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.network.dispatch import Call, emit
from plasticity.network.network import Network
from plasticity.network.randomness import stream
from plasticity.network.state import LayerState
from plasticity.simulation import contracts, from_spec
from plasticity.simulation.evaluation import Evaluation
from plasticity.simulation.simulation import Simulation

_WHOLE = "experiment"  # the name of what belongs to no layer, in snapshots and streams


def assemble(experiment: Experiment, listeners: Iterable[Any] = ()) -> Simulation:
    """Build the simulation of an experiment, with every check that can be made before a step.

    listeners   plain objects with `@hookimpl` methods, beside the observers of the spec

    Raises a `SpecError` (or one of its kinds), `ContractError` or `DataError`, each naming the
    component and its place in the spec.
    """
    source = Source.of(experiment)
    shared = from_spec.shared_components(experiment, source.component, listeners)
    data = from_spec.training_data(experiment, source)
    if "draw_batch" not in interface_of(shared["data"]).events:
        shared["batches"] = batches_of(data, experiment.shuffle, experiment.batch_size)
    layers = [_layer(experiment, data, index) for index in range(len(experiment.layers))]
    contracts.check_names(layers, _WHOLE)
    contracts.check_components(shared, layers, data)

    given = dict.fromkeys(("input", "from_input"), data.samples.shape[1])  # without the constant
    sizes = {**layers[0].sizes, **given, "layer": len(layers)}
    clock, dtype = layers[0].clock, layers[0].dtype
    whole = LayerState(_WHOLE, sizes, dtype, shared, clock, data.image_shape)
    whole.allocate()
    for layer in layers:
        used = contracts.shared_arrays([*shared.values(), *layer.components.values()])
        layer.allocate(used | {"weights", "decay", "update"})
    network = Network(data, whole, layers, experiment)
    for state in network.states:
        state.bind(experiment.batch_size)
        for place, component, declared in state.streams():
            name = f"{state.name}.{place}.{declared.name}"
            declared.bind(component, stream(experiment.seed, name))
    simulation = Simulation(experiment, network)
    for layer in layers:
        _initialize(layer, network, simulation.evaluation)
    return simulation


def _layer(experiment: Experiment, data: Data, index: int) -> LayerState:
    """Return a layer with its components, which has no arrays yet."""
    neurons = [layer.neurons for layer in experiment.layers]
    n_input = data.n_input if index == 0 else neurons[index - 1]
    full, rest = divmod(data.per_epoch, experiment.batch_size)
    steps_per_epoch = full + (rest > 0 and not experiment.drop_last)
    sizes = dict.fromkeys(("neuron", "from_neuron"), neurons[index])
    sizes |= dict.fromkeys(("input", "from_input"), n_input)
    sizes |= {"sample": experiment.batch_size, "pattern": data.n_sample}
    name, clock = experiment.layer_name(index), Clock(steps_per_epoch, experiment.n_epoch)
    image_shape = data.image_shape if index == 0 else None
    components = from_spec.layer_components(experiment, index)
    scaled = from_spec.scaled_rules(experiment, index, components)
    terms, dtype = experiment.layers[index].rule, np.dtype(experiment.dtype)
    return LayerState(name, sizes, dtype, components, clock, image_shape, scaled, terms)


def _initialize(layer: LayerState, network: Network, evaluation: Evaluation) -> None:
    places = {id(component): place for place, component in layer.components.items()}
    known = {"weights": layer.arrays["weights"], "image_shape": layer.image_shape}

    def calls(until: Any) -> tuple[Call, ...]:
        inputs = evaluation.inputs(layer, until)
        return network.caller(layer, {**known, "inputs": inputs})("init_state")

    for index, component in enumerate([call.component for call in calls(None)]):
        if layer is not network.layers[0] and "encode" in interface_of(component).events:
            continue  # an encoder sees the inputs of the lowest layer alone
        try:
            emit([calls(component)[index]], layer.clock)
        except SettingError as error:
            label = interface_of(component).label
            if id(component) not in places:
                raise
            message = str(error).removeprefix(f"{label}: ")
            raise SettingError(f"{places[id(component)]} {label!r}: {message}") from None
