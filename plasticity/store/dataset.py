"""A group of a store as an xarray Dataset: values are read when used, also in another process."""

from functools import partial
from typing import Any

import xarray
import zarr
from xarray.backends import BackendArray
from xarray.core import indexing

from plasticity.errors import StoreError
from plasticity.store.arrays import BLOCK, ORDER, dims_stored, open_array, read_array
from plasticity.store.commit.staged import StagedStore
from plasticity.store.encoding.attributes import encoded

_CLOCK = ("step", "epoch")


def read_group(store: StagedStore, name: str) -> xarray.Dataset:
    """Return a group as a Dataset that reads values when they are used; empty if there is none."""
    if name not in store.nodes:
        return xarray.Dataset()
    store.check_same()
    attributes = dict(store.nodes[name]["attributes"])
    attributes.pop(BLOCK, None)
    order = attributes.pop(ORDER, None)
    known = store.below(name)
    coords = str(attributes.pop("coordinates", "")).split()
    names = [*(order if isinstance(order, list) else sorted(known)), *_CLOCK, *coords]
    arrays = {
        array: open_array(store, f"{name}/{array}")
        for array in dict.fromkeys(names)
        if array in known
    }
    try:
        variables = {key: _variable(array) for key, array in arrays.items()}
        labels = {key: variables.pop(key) for key in ("step", *coords) if key in variables}
        dataset = xarray.Dataset(variables, labels)
    except ValueError as error:
        raise StoreError(
            f"{store.location}: the metadata of {name} are damaged: {error}"
        ) from error
    run = store.nodes.get("", {}).get("attributes", {})
    if "constant" in run.get("data", ()) and {*run["layers"][:1]} & {*name.split("/")}:
        for variable in (array for array in dataset.data_vars.values() if "input" in array.dims):
            variable.attrs["constant_input"] = run["data"]["constant"]
    return dataset.assign_attrs(encoded(attributes))


def _variable(array: zarr.Array[Any]) -> xarray.Variable:
    lazy = indexing.LazilyIndexedArray(_LazyArray(array))
    return xarray.Variable(dims_stored(array), lazy, dict(array.attrs))


class _LazyArray(BackendArray):
    """An array of a store, read when it is looked at."""

    def __init__(self, array: zarr.Array[Any]) -> None:
        self._array = array
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        outer, read = indexing.IndexingSupport.OUTER, partial(read_array, self._array)
        return indexing.explicit_indexing_adapter(key, self.shape, outer, read)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle where the array lies, or its values if that is the memory of this process."""
        store: Any = self._array.store
        if store.in_memory:
            return indexing.NumpyIndexingAdapter, (read_array(self._array),)
        return type(self), (self._array,)
