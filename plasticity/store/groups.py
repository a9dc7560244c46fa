"""A group of a store as xarray sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError
from plasticity.store.arrays import open_array
from plasticity.store.attributes import encoded
from plasticity.store.series import BLOCK, ORDER

if TYPE_CHECKING:
    import xarray

    from plasticity.store.commit.staged import StagedStore

_CLOCK = ("step", "epoch")


def read_group(store: StagedStore, name: str) -> xarray.Dataset:
    """A group as a Dataset that reads values when they are used; empty where there is none."""
    import xarray
    import zarr

    from plasticity.store.stored import dataset_of

    if name not in store.nodes:
        return xarray.Dataset()
    attributes = dict(store.nodes[name]["attributes"])
    known = store.below(name)
    coords = str(attributes.pop("coordinates", "")).split()
    order = attributes.pop(ORDER, None)
    names = [*(order if isinstance(order, list) else sorted(known)), *_CLOCK, *coords]
    arrays: dict[str, zarr.Array[Any]] = {
        array: open_array(store, f"{name}/{array}", store.place)
        for array in dict.fromkeys(names)
        if array in known
    }
    attributes.pop(BLOCK, None)
    try:
        found = dataset_of(arrays, ("step", *coords), store.place)
    except ValueError as error:
        raise StoreError(f"{store.place}: the metadata of {name} are damaged: {error}") from error
    told = store.nodes.get("", {}).get("attributes", {})
    if "constant" in told.get("data", ()) and {*told["layers"][:1]} & {*name.split("/")}:
        for array in (array for array in found.data_vars.values() if "input" in array.dims):
            array.attrs["constant_input"] = told["data"]["constant"]
    return found.assign_attrs(encoded(attributes))


def series_in(store: StagedStore) -> list[str]:
    """The paths of the groups that grow along `step`."""
    nodes = list(store.nodes.items())
    return [path for path, node in nodes if BLOCK in node.get("attributes", {})]
