"""Single arrays of a store: written whole, read with an error that tells which one is damaged."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import StoreError
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray
    import zarr
    from zarr.abc.store import Store

_CHUNK_BYTES = 64_000_000  # what a compressor takes at once has a limit


def write_array(
    store: Store,
    path: str,
    values: Array,
    dims: tuple[str, ...],
    attributes: Mapping[str, Any],
    compressors: Any,
) -> None:
    """Write an array in place of the one that may be there."""
    import zarr

    chunks = tuple(max(size, 1) for size in values.shape)
    if chunks:
        row_bytes = math.prod(chunks[1:]) * values.dtype.itemsize
        chunks = (min(max(_CHUNK_BYTES // row_bytes, 1), chunks[0]), *chunks[1:])
    zarr.create_array(
        store,
        name=path,
        data=values,
        chunks=chunks,
        compressors=compressors,
        dimension_names=dims,
        attributes=dict(attributes),
        overwrite=True,
    )


def read_array(array: zarr.Array[Any], where: object, key: Any = ...) -> Array:
    """The values of an array, or of a part of it.

    Raises `StoreError`, naming the array, where they cannot be read.
    """
    try:
        return np.asarray(array.oindex[key])
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(
            f"{where}: {array.path} is damaged: {error}; other arrays, and the parts of this one "
            "that lie in other files, can be read"
        ) from error


def dataset_of(
    arrays: Mapping[str, zarr.Array[Any]], coords: Iterable[str], where: object
) -> xarray.Dataset:
    """Arrays as a Dataset that reads values when they are used."""
    import xarray
    from xarray.backends import BackendArray
    from xarray.core import indexing

    class Stored(BackendArray):
        """An array of the store, read when it is looked at."""

        def __init__(self, array: zarr.Array[Any]) -> None:
            self._array = array
            self.shape, self.dtype = array.shape, array.dtype

        def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
            return indexing.explicit_indexing_adapter(
                key, self.shape, indexing.IndexingSupport.OUTER, self._read
            )

        def _read(self, key: tuple[Any, ...]) -> Array:
            return read_array(self._array, where, key)

    variables = {
        name: xarray.Variable(
            dims_stored(array), indexing.LazilyIndexedArray(Stored(array)), dict(array.attrs)
        )
        for name, array in arrays.items()
    }
    labels = {name: variables.pop(name) for name in coords if name in variables}
    return xarray.Dataset(variables, labels)


def dims_stored(array: zarr.Array[Any]) -> tuple[str, ...]:
    """The names of the dimensions of an array as its metadata give them."""
    return tuple(getattr(array.metadata, "dimension_names", None) or ())
