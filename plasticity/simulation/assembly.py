"""From a spec to a simulation: components made, checked, registered, given arrays and streams."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np

from plasticity import hookspecs
from plasticity.components.checks import check_hooks
from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.defaults import DenseSynapse, batches_of
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule, Term
from plasticity.errors import (
    ContractError,
    DataError,
    MissingPartError,
    PlasticityError,
    SettingError,
    SpecError,
    listed,
)
from plasticity.experiment import registry
from plasticity.experiment.instantiate import make
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.experiment.walk import Part, parts_of
from plasticity.network.dispatch import Call, emit, failure
from plasticity.network.network import Network
from plasticity.network.randomness import stream
from plasticity.network.state import DIAGNOSTICS, LayerState
from plasticity.simulation import contracts
from plasticity.simulation.evaluation import Evaluation
from plasticity.simulation.simulation import Simulation

logger = logging.getLogger("plasticity")

_WHOLE = "experiment"  # the name of what belongs to no layer, in snapshots and streams


def assemble(experiment: Experiment, listeners: Iterable[Any] = ()) -> Simulation:
    """Build the simulation of an experiment, with every check that can be made before a step.

    listeners   plain objects with `@hookimpl` methods, beside the observers of the spec

    Raises a `SpecError` (or one of its kinds), `ContractError` or `DataError`, each naming the
    component and its place in the spec.
    """
    source = Source.of(experiment)
    shared = _shared_components(experiment, source.component, listeners)
    data = _open(experiment, source)
    _check_batch(experiment, data.per_epoch)
    if "draw_batch" not in interface_of(shared["data"]).events:
        shared["batches"] = batches_of(data, experiment.shuffle, experiment.batch_size)

    layers, n_input = [], data.n_input
    for index, layer in enumerate(experiment.layers):
        parts = _layer_components(experiment, index)
        _check_phases(experiment, index)
        clock = Clock(_steps_per_epoch(experiment, data.per_epoch), experiment.n_epoch)
        sizes = {
            "neuron": layer.neurons,
            "from_neuron": layer.neurons,
            "input": n_input,
            "from_input": n_input,
            "sample": experiment.batch_size,
            "pattern": data.n_sample,
        }
        layers.append(
            LayerState(
                experiment.layer_name(index),
                sizes,
                experiment.dtype,
                parts,
                clock,
                data.image_shape if index == 0 else None,
                _scaled(experiment, index, parts),
                layer.rule,
            )
        )
        n_input = layer.neurons
    _check_names(layers)
    _check_components(shared, layers, data)

    given = dict.fromkeys(("input", "from_input"), data.samples.shape[1])  # without the constant
    sizes = {**layers[0].sizes, **given, "layer": len(layers)}
    whole = LayerState(_WHOLE, sizes, experiment.dtype, shared, layers[0].clock, data.image_shape)
    whole.allocate(())
    whole.bind(experiment.batch_size)
    for layer_state in layers:
        used = contracts.shared_arrays([*shared.values(), *layer_state.components.values()])
        layer_state.allocate(used | {"weights", "decay", "update"})
        layer_state.bind(experiment.batch_size)
    network = Network(data, whole, layers, experiment)
    for state in network.states:
        _give_streams(experiment.seed, state)
    simulation = Simulation(experiment, network)
    for layer_state in layers:
        _initialize(layer_state, network, simulation.evaluation)
    return simulation


def _shared_components(
    experiment: Experiment, source: Any, listeners: Iterable[Any]
) -> dict[str, Any]:
    """Place -> component for everything that is not part of a layer, in the order of the spec."""
    parts = [part for part in parts_of(experiment) if part.entry in ("encoders", "observers")]
    beside = {f"listeners[{index}]": listener for index, listener in enumerate(listeners)}
    return {"data": source, **_made(parts), **beside}


def _made(parts: Iterable[Part]) -> dict[str, Any]:
    """Place -> component, made anew of what the spec names."""
    return {part.place: make(part.reference, part.place, part.role) for part in parts}


def _layer_components(experiment: Experiment, index: int) -> dict[str, Any]:
    """Place -> component of one layer, in the order of the spec; each component is a copy."""
    place, parts = f"layers[{index}]", list(parts_of(experiment))
    # The schedule of a coefficient is no component of the layer: it is made with the coefficient.
    own = [part for part in parts if part.layer == index and (part.entry != "rule" or part.term)]
    components = _made([*own, *(part for part in parts if part.entry == "metrics")])
    answered = set().union(*(interface_of(part).events for part in components.values()))
    if "compute_current" not in answered:
        components[f"{place}.synapse"] = DenseSynapse()
    for event, role in hookspecs.REQUIRED.items():
        if event not in answered:
            raise MissingPartError(
                f"{place}: no component answers {event}; give the layer its {role}"
            )
    return components | _diagnostics()


def _diagnostics() -> dict[str, Any]:
    """Place -> component that looks on in every run; one that cannot be loaded is left out."""
    components: dict[str, Any] = {}
    for name in registry.entries(group := registry.DIAGNOSTICS):
        try:
            found = registry.entry_of(name, group, "diagnostic", "").load()
            components[f"{DIAGNOSTICS}{name}"] = found()
        except Exception as error:  # whatever a stranger's raises must end no run
            logger.warning("diagnostic %r is left out: %s: %s", name, type(error).__name__, error)
    return components


def _scaled(experiment: Experiment, index: int, parts: dict[str, Any]) -> dict[str, ScaledRule]:
    """Place -> wrapper, for the terms with a coefficient, schedule or phases of their own."""
    return {
        place: ScaledRule(
            attrs.evolve(
                term, rule=parts[place], schedule=_factor(term.schedule, f"{place}.schedule")
            )
        )
        for place, term in _terms(experiment, index)
        if term.coefficient != 1 or term.schedule is not None or term.phases
    }


def _terms(experiment: Experiment, index: int) -> Iterator[tuple[str, Term]]:
    """The terms of the rule of a layer, each with its place."""
    for part in parts_of(experiment):
        if part.layer == index and part.term is not None:
            yield part.place, part.term


def _factor(reference: Any, place: str) -> Any:
    """The schedule of a coefficient, which hears no other event and has no arrays; or None."""
    if reference is None:
        return None
    schedule = make(reference, place, "schedule")
    interface = interface_of(schedule)
    others = [event for event in interface.events if event not in ("schedule_rate", "cite")]
    others += [declared.name for declared in interface.declared]
    if others:
        raise SpecError(
            f"{place}: the schedule of a coefficient is asked for its factor and nothing else, so "
            f"{interface.label!r} can be none: it has {listed(others)}"
        )
    return schedule


def _check_phases(experiment: Experiment, index: int) -> None:
    phases = {phase.name for phase in experiment.phases}
    for place, term in _terms(experiment, index):
        for phase in term.phases:
            if phase not in phases:
                known = f"phases are {listed(phases)}" if phases else "the experiment has no phases"
                raise SpecError(f"{place}: no phase {phase!r} to learn in ({known})")


def _open(experiment: Experiment, opening: Source) -> Data:
    """The training data, checked."""
    source = opening.component
    check_hooks(source, "data")
    interface = interface_of(source)
    if "open_data" not in interface.events:
        raise MissingPartError(f"data {interface.label!r} must answer open_data")
    try:
        data = opening.open_data("train")
    except PlasticityError:
        raise
    except Exception as error:
        raise failure(error, "open_data", source) from error
    if not isinstance(data, Data):
        raise DataError(
            f"data {interface.label!r}: open_data returned {type(data).__name__}, not Data"
        )
    if data.largest * max(1, abs(data.scale)) > float(np.finfo(experiment.dtype).max):
        raise DataError(
            f"{data.name}: a value of {data.largest:.3g} is beyond the largest {experiment.dtype}; "
            "give smaller numbers, or dtype = 'float64'"
        )
    if data.n_drawn is not None and "draw_batch" not in interface.events:
        raise ContractError(
            f"data {interface.label!r}: the data say n_drawn={data.n_drawn}, but the source draws "
            "no sample: let it answer draw_batch, or leave out n_drawn"
        )
    return data


def _check_batch(experiment: Experiment, rows: int) -> None:
    if experiment.batch_size > rows:
        raise DataError(
            f"batch_size is {experiment.batch_size}, but the data have {rows} samples; give a "
            f"batch_size up to {rows}"
        )


def _steps_per_epoch(experiment: Experiment, rows: int) -> int:
    whole, rest = divmod(rows, experiment.batch_size)
    return whole + (1 if rest and not experiment.drop_last else 0)


def _check_names(layers: list[LayerState]) -> None:
    taken = {_WHOLE: "the experiment as a whole"}
    for index, layer in enumerate(layers):
        if layer.name in taken:
            raise SpecError(
                f"layers[{index}]: the name {layer.name!r} is taken by {taken[layer.name]}"
            )
        if "/" in layer.name:
            raise SpecError(
                f"layers[{index}]: the name {layer.name!r} has a '/', which parts groups in a store"
            )
        taken[layer.name] = f"layers[{index}]"


def _check_components(shared: dict[str, Any], layers: list[LayerState], data: Data) -> None:
    for place, component in shared.items():
        check_hooks(component, place)
    contracts.check_single(shared, "an experiment")
    everyone = {
        f"{layer.name}: {at}": part for layer in layers for at, part in layer.components.items()
    }
    contracts.check_distinct({**shared, **everyone})
    for layer in layers:
        for place, component in layer.components.items():
            check_hooks(component, place)
        contracts.check_layer({**shared, **layer.components}, layer.name, data)


def _give_streams(seed: int, state: LayerState) -> None:
    for place, component in state.components.items():
        for declared in interface_of(component).streams:
            declared.bind(component, stream(seed, f"{state.name}.{place}.{declared.name}"))


def _initialize(layer: LayerState, network: Network, evaluation: Evaluation) -> None:
    """Let the components fill the first weights, or refuse what cannot work in this layer."""
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
            label, place = interface_of(component).label, places.get(id(component))
            if place is None:
                raise
            message = str(error).removeprefix(f"{label}: ")
            raise SettingError(f"{place} {label!r}: {message}") from None
