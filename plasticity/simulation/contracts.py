"""The checks that assembly makes before the first step, each naming component and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
        if layer.name in taken:
            raise SpecError(
                f"layers[{index}]: the name {layer.name!r} is taken by {taken[layer.name]}"
            )
        if "/" in layer.name:
            raise SpecError(
                f"layers[{index}]: the name {layer.name!r} has a '/', which parts groups in a store"
            )
        taken[layer.name] = f"layers[{index}]"


def check_components(shared: Mapping[str, Any], layers: Sequence[LayerState], data: Data) -> None:
    """Refuse components that cannot take part together; `shared` belong to no layer."""
    for place, component in shared.items():
        check_hooks(component, place)
    check_single(shared, "an experiment")
    everyone = dict(shared)
    for layer in layers:
        everyone |= {f"{layer.name}: {place}": part for place, part in layer.components.items()}
    check_distinct(everyone)
    for layer in layers:
        for place, component in layer.components.items():
            check_hooks(component, place)
        check_layer({**shared, **layer.components}, layer.name, data)


def check_late(listener: Any, place: str, network: Network) -> None:
    """Refuse a listener after assembly that assembly would refuse, or that needs arrays."""
    check_hooks(listener, place)
    interface = interface_of(listener)
    if interface.declared:
        names = listed([declared.name for declared in interface.declared])
        raise ContractError(
            f"{place} {interface.label!r} declares {names}, which is allocated at "
            "assembly: give it to assemble(..., listeners=[...])"
        )
    shared = {**network.whole.components, place: listener}
    check_distinct(shared)
    for layer in network.layers:
        check_layer({**shared, **layer.components}, layer.name, network.data)


def check_layer(components: Mapping[str, Any], name: str, data: Data) -> None:
    """Refuse components that cannot make a layer together; those of no layer are among them."""
    check_single(components, "a layer")
    check_filled(components, name)
    check_labelled(components, data, "batches" not in components)


def check_distinct(components: Mapping[str, Any]) -> None:
    """Refuse one object in two places, where it would share its state with itself."""
    places: dict[int, str] = {}
    for place, component in components.items():
        other = places.setdefault(id(component), place)
        if other != place:
            raise ConflictError(
                f"{other} and {place} are the same object, a {interface_of(component).label!r}; "
                "make one for each"
            )


def check_single(components: Mapping[str, Any], scope: str) -> None:
    """Refuse two components that answer an event that only one may answer."""
    answering: dict[str, str] = {}
    for place, component in components.items():
        interface = interface_of(component)
        for event in interface.events:
            if (
                EVENTS[event].kind != "one"
                or event == "should_stop"
                or interface.hooks[event].wraps
            ):
                continue
            named = f"{place} {interface.label!r}"
            other = answering.setdefault(event, named)
            if other != named:
                raise ConflictError(
                    f"two components answer {event}: {other} and {named}; {scope} has one"
                )


def shared_arrays(components: Iterable[Any]) -> set[str]:
    """Return the shared arrays that components use, by hook arguments and by declaration."""
    used: set[str] = set()
    for component in components:
        interface = interface_of(component)
        for event, arguments in interface.events.items():
            # To fill the slope is not to use it: it is filled where somebody reads it.
            if event != "differentiate":
                used.update(arguments)
        used.update(v.name for v in interface.variables if v.intent in ("in", "inout"))
    return used & set(SHARED)


def check_filled(components: Mapping[str, Any], layer: str) -> None:
    """Refuse a layer in which a component reads a shared array that no component fills."""
    answered = set().union(*(interface_of(part).events for part in components.values()))
    for place, component in components.items():
        for name in sorted(shared_arrays([component])):
            event = SHARED[name][1]
            if event in ("draw_batch", "init_state", "modulate") or event in answered:
                continue
            raise MissingPartError(
                f"{place} {interface_of(component).label!r} reads {name!r}, but no component of "
                f"{layer} answers {event}, which fills it{_REMEDY.get(name, '')}"
            )


def check_labelled(components: Mapping[str, Any], data: Data, drawn: bool) -> None:
    """Refuse a component that reads the labels of data that have none, or of samples `drawn`."""
    none = "has none" if data.labels is None else "draws its samples, without labels"
    for place, component in components.items():
        interface = interface_of(component)
        for event, arguments in interface.events.items():
            # A metric sees the labels of the examples.
            missing = data.labels is None or (drawn and event != "measure")
            if missing and "labels" in arguments:
                raise MissingPartError(
                    f"{place} {interface.label!r} reads 'labels', but {data.name!r} {none}: give "
                    "data with labels, or leave it out"
                )


_REMEDY = {
    "threshold": ": give the layer a threshold estimator (threshold = ...)",
    "slope": ": its activation has no derivative; use another activation",
}
