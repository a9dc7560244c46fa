"""The whole state of a layer as copies, and back."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import attrs
import numpy as np

from plasticity.components.interface import interface_of
from plasticity.errors import ContractError
from plasticity.network.state import LayerState

logger = logging.getLogger("plasticity")

# Where a layer stands; how long it is trained in all is said by the experiment.
_POSITION = ("step", "epoch", "phase", "rate_factor", "batch")


def snapshot_of(state: LayerState) -> dict[str, Any]:
    """Return copies of the arrays that outlive a step, of random streams and of the clock."""
    return {
        "arrays": {name: array.copy() for name, array in state.checkpointed.items()},
        "streams": {
            f"{place}.{stream.name}": deepcopy(getattr(component, stream.name).bit_generator.state)
            for place, component, stream in state.streams()
        },
        "clock": attrs.asdict(state.clock),
        "components": {at: interface_of(part).label for at, part in state.components.items()},
    }


def restore(state: LayerState, snapshot: Mapping[str, Any]) -> None:
    """Go back to a snapshot of the same layer; a component that it does not know starts anew."""
    interfaces = {place: interface_of(part) for place, part in state.components.items()}
    labels = {place: interface.label for place, interface in interfaces.items()}
    places = _places(labels, snapshot["components"])
    for place, interface in interfaces.items():
        if place not in places and interface.declared:
            logger.info("%s %r starts anew", place, interface.label)
    arrays = state.checkpointed
    for name in sorted(arrays, key=lambda name: ("." in name, name)):
        array = arrays[name]
        place, dot, last = name.rpartition(".")
        if dot and place not in places:
            continue
        stored = snapshot["arrays"].get(f"{places[place]}.{last}" if dot else name, array)
        if stored.shape != array.shape:
            raise ContractError(
                f"{state.name}: {name!r} is of shape {array.shape}, but in the state to go on from "
                f"of shape {stored.shape}"
            )
        array[...] = stored
    for place, component, stream in state.streams():
        if place in places:
            stored = snapshot["streams"][f"{places[place]}.{stream.name}"]
            getattr(component, stream.name).bit_generator.state = deepcopy(stored)
    for name in _POSITION:
        setattr(state.clock, name, snapshot["clock"][name])


@contextmanager
def put_back(components: Iterable[Any]) -> Iterator[None]:
    """Put the state of components back, at the end of a block, to what it was at its beginning."""
    arrays, streams = [], []
    for component in components:
        interface = interface_of(component)
        for variable in interface.variables:
            if variable.intent in ("own", "out", "inout") and "sample" not in variable.dims:
                arrays.append(getattr(component, variable.name))
        streams += [getattr(component, each.name).bit_generator for each in interface.streams]
    copies = [array.copy() for array in arrays]
    states = [deepcopy(stream.state) for stream in streams]
    try:
        yield
    finally:
        for array, before in zip(arrays, copies, strict=True):
            array[...] = before
        for stream, state in zip(streams, states, strict=True):
            stream.state = state


def not_finite(layers: Iterable[LayerState]) -> Iterator[tuple[LayerState, str]]:
    """Yield the layers whose weights or threshold hold infinity or NaN, and which of them."""
    for layer in layers:
        for name in ("weights", "threshold"):
            if name in layer.arrays and not np.isfinite(layer.arrays[name]).all():
                yield layer, name


def _places(now: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """Return place now -> place in the snapshot: listeners may have moved elsewhere in a list."""
    same = {place: place for place, label in now.items() if then.get(place) == label}
    left = [place for place in then if place not in same]
    for place, label in now.items():
        if place not in same:
            role = place.partition("[")[0]
            moved = [old for old in left if then[old] == label and old.partition("[")[0] == role]
            if moved:
                same[place] = moved[0]
                left.remove(moved[0])
    return same
