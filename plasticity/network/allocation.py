"""Allocation of the arrays of a layer from what its components declare, with the checks of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from plasticity.components.events import SHARED
from plasticity.components.interface import interface_of
from plasticity.components.variable import Variable
from plasticity.errors import ConflictError, ContractError, MissingPartError, listed, nearest
from plasticity.network.state import DIAGNOSTICS, LayerState, key_of, of_batch


def allocate(layer: LayerState, shared: Collection[str] = ()) -> None:
    """Allocate the shared arrays of these names and all that the components of a layer declare."""
    layer.used = frozenset(shared)
    for name in shared:
        if not of_batch(SHARED[name][0]):
            layer.allocate(name, SHARED[name][0])
    writers: dict[str, str] = {}
    for place, component, variable in layer.declared():
        named = f"{place} {interface_of(component).label!r}"
        _check_dims(variable, layer.sizes_for(component, variable), named)
        if variable.intent == "out":
            other = writers.setdefault(variable.name, named)
            if other != named or variable.name in layer.arrays:
                by = other if other != named else "the events of the loop"
                raise ConflictError(
                    f"two components write {variable.name!r}: {by} and {named}; leave out one"
                )
        if variable.intent not in ("in", "inout") and not of_batch(variable):
            layer.allocate(key_of(place, variable), variable, component)
    written = {name for name, (variable, _) in SHARED.items() if of_batch(variable)}
    written.update(writers, (name for name in layer.arrays if not name.startswith(DIAGNOSTICS)))
    for place, component, variable in layer.declared():
        if variable.intent in ("in", "inout") and variable.name not in written:
            label = interface_of(component).label
            raise MissingPartError(
                f"{place} {label!r} reads {variable.name!r}, which no component of {layer.name} "
                f"writes (written are {listed(written)})"
            )


def _check_dims(variable: Variable, sizes: Mapping[str, int], named: str) -> None:
    if variable.intent == "own" and "sample" in variable.dims:
        raise ContractError(
            f"{named}: Variable {variable.name!r} belongs to the samples of one batch, so it "
            "cannot be kept from step to step: declare it with intent='scratch'"
        )
    for dim in variable.dims:
        if isinstance(dim, str) and dim not in sizes:
            raise ContractError(
                f"{named}: Variable {variable.name!r} has the unknown dimension {dim!r}"
                f"{nearest(dim, sizes)} (known are {listed(sizes)} and the integer settings "
                "of its component)"
            )
