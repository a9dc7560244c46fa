"""The checks that assembly makes before the first step, each naming component and place."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from plasticity.components.checks import check_hooks
from plasticity.components.data import Data
from plasticity.components.events import SHARED
from plasticity.components.interface import interface_of
from plasticity.errors import ConflictError, ContractError, MissingPartError, SpecError, listed
from plasticity.hookspecs import EVENTS
from plasticity.network.network import Network
from plasticity.network.state import LayerState


def check_names(layers: Iterable[LayerState], reserved: str) -> None:
    """Refuse two layers of one name, and names that a store cannot have."""
    taken = {reserved: "the experiment as a whole"}
    for index, layer in enumerate(layers):
        named = f"layers[{index}]: the name {layer.name!r}"
        if layer.name in taken:
            raise SpecError(f"{named} is taken by {taken[layer.name]}")
        if "/" in layer.name:
            raise SpecError(f"{named} has a '/', which parts groups in a store")
        taken[layer.name] = f"layers[{index}]"


def check_components(shared: Mapping[str, Any], layers: Sequence[LayerState], data: Data) -> None:
    """Refuse components that cannot take part together; `shared` belong to no layer."""
    everyone = dict(shared)
    for layer in layers:
        everyone |= {f"{layer.name}: {place}": part for place, part in layer.components.items()}
    for place, component in chain(shared.items(), *(one.components.items() for one in layers)):
        check_hooks(component, place)
    _check_single(shared, "an experiment")
    _check_distinct(everyone)
    for layer in layers:
        _check_layer({**shared, **layer.components}, layer.name, data)


def check_late(listener: Any, place: str, network: Network) -> None:
    """Refuse a listener after assembly that assembly would refuse, or that needs arrays."""
    check_hooks(listener, place)
    interface = interface_of(listener)
    if interface.declared:
        names = listed([declared.name for declared in interface.declared])
        raise ContractError(
            f"{interface.at(place)} declares {names}, which is allocated at assembly: give it to "
            "assemble(..., listeners=[...])"
        )
    shared = {**network.whole.components, place: listener}
    _check_distinct(shared)
    for layer in network.layers:
        _check_layer({**shared, **layer.components}, layer.name, network.data)


def shared_arrays(components: Iterable[Any]) -> set[str]:
    """Return the shared arrays that components use, by hook arguments and by declaration."""
    used: set[str] = set()
    for interface in map(interface_of, components):
        for event, arguments in interface.events.items():
            # To fill the slope is not to use it: it is filled where somebody reads it.
            if event != "differentiate":
                used.update(arguments)
        used.update(v.name for v in interface.variables if v.intent in ("in", "inout"))
    return used & set(SHARED)


def _check_distinct(components: Mapping[str, Any]) -> None:
    places: dict[int, str] = {}
    for place, component in components.items():
        other = places.setdefault(id(component), place)
        if other != place:
            same = f"are the same object, a {interface_of(component).label!r}; make one for each"
            raise ConflictError(f"{other} and {place} {same}")


def _check_single(components: Mapping[str, Any], scope: str) -> None:
    answering: dict[str, str] = {}
    for place, component in components.items():
        interface = interface_of(component)
        for event in interface.events:
            many = EVENTS[event].kind != "one" or event == "should_stop"
            if many or interface.hooks[event].wraps:
                continue
            named = interface.at(place)
            other = answering.setdefault(event, named)
            if other != named:
                both = f"{other} and {named}; {scope} has one"
                raise ConflictError(f"two components answer {event}: {both}")


def _check_layer(components: Mapping[str, Any], layer: str, data: Data) -> None:
    """Refuse components, those of no layer among them, of which one lacks what it reads."""
    _check_single(components, "a layer")
    answered = set().union(*(interface_of(part).events for part in components.values()))
    unlabelled = "has none" if data.labels is None else "draws its samples, without labels"
    drawn = "batches" not in components
    for place, component in components.items():
        interface = interface_of(component)
        for name in sorted(shared_arrays([component])):
            event = SHARED[name][1]
            if event not in ("draw_batch", "init_state", "modulate") and event not in answered:
                raise MissingPartError(
                    f"{interface.at(place)} reads {name!r}, but no component of {layer} answers "
                    f"{event}, which fills it{_REMEDY.get(name, '')}"
                )
        for event, arguments in interface.events.items():
            # A metric sees the labels of the examples.
            missing = data.labels is None or (drawn and event != "measure")
            if missing and "labels" in arguments:
                raise MissingPartError(
                    f"{interface.at(place)} reads 'labels', but {data.name!r} {unlabelled}: give "
                    "data with labels, or leave it out"
                )


_REMEDY = {
    "threshold": ": give the layer a threshold estimator (threshold = ...)",
    "slope": ": its activation has no derivative; use another activation",
}
