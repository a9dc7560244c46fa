"""A group of a store as xarray sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plasticity.recording.attributes import encoded
from plasticity.recording.series import BLOCK, ORDER

if TYPE_CHECKING:
    import xarray
    import zarr

    from plasticity.recording.staged import StagedStore

_CLOCK = ("step", "epoch")


def read_group(store: StagedStore, name: str) -> xarray.Dataset:
    """A group as a Dataset that reads values when they are used; empty where there is none."""
    import xarray
    import zarr

    from plasticity.recording.stored import dataset_of

    if name not in store.nodes:
        return xarray.Dataset()
    attributes = dict(store.nodes[name]["attributes"])
    known = store.below(name)
    coords = attributes.pop("coordinates", "").split()
    names = [*attributes.pop(ORDER, sorted(known)), *_CLOCK, *coords]
    arrays: dict[str, zarr.Array[Any]] = {
        array: zarr.open_array(store, path=f"{name}/{array}")
        for array in dict.fromkeys(names)
        if array in known
    }
    attributes.pop(BLOCK, None)
    return dataset_of(arrays, ("step", *coords), store.place).assign_attrs(encoded(attributes))


def series_in(store: StagedStore) -> list[str]:
    """The paths of the groups that grow along `step`."""
    nodes = list(store.nodes.items())
    return [path for path, node in nodes if BLOCK in node.get("attributes", {})]
