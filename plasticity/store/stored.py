"""Arrays of a store as xarray holds them: read when they are used, also in another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import xarray
import zarr
from xarray.backends import BackendArray
from xarray.core import indexing
from zarr.storage import MemoryStore

from plasticity.store.arrays import dims_stored, read_array
from plasticity.store.commit.staged import StagedStore
from plasticity.typing import Array


class Stored(BackendArray):
    """An array of a store, read when it is looked at.

    array   where it lies
    where   how messages call the store
    """

    def __init__(self, array: zarr.Array[Any], where: str) -> None:
        self._array = array
        self._where = where
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the place, or the values where the place is the memory of this process."""
        store = self._array.store_path.store
        if isinstance(store, StagedStore) and isinstance(store.within, MemoryStore):
            return indexing.NumpyIndexingAdapter, (self._read((...,)),)
        return type(self), (self._array, self._where)

    def _read(self, key: tuple[Any, ...]) -> Array:
        return read_array(self._array, self._where, key)


def dataset_of(
    arrays: Mapping[str, zarr.Array[Any]], coords: Iterable[str], where: str
) -> xarray.Dataset:
    """Arrays as a Dataset that reads values when they are used."""
    variables = {
        name: xarray.Variable(
            dims_stored(array),
            indexing.LazilyIndexedArray(Stored(array, where)),
            dict(array.attrs),
        )
        for name, array in arrays.items()
    }
    labels = {name: variables.pop(name) for name in coords if name in variables}
    return xarray.Dataset(variables, labels)
