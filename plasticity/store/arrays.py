"""Single arrays of a store: labelled, written, read with errors that name a damaged one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.components.variable import Variable
from plasticity.errors import StoreError
from plasticity.store.encoding.packing import codecs_of
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.store.commit.staged import StagedStore

_CHUNK_BYTES = 64_000_000  # what a compressor takes at once has a limit
FIRST = "first_frame"  # attribute of an array that joined a series later
ORDER, BLOCK = "order", "frames_per_write"  # attributes of a group that grows along `step`


def labels_of(variable: Variable, source: str = "") -> dict[str, str]:
    """Return the attributes of an array; `source` is the components that fill it."""
    labels = {"long_name": variable.description, "units": variable.unit}
    return labels | {"source": source} if source else labels


def write_array(
    store: StagedStore,
    path: str,
    values: Array,
    dims: tuple[str, ...],
    attributes: Mapping[str, Any],
    compression: str,
) -> None:
    """Write an array in place of the one that may be there."""
    chunks = tuple(max(size, 1) for size in values.shape)
    if chunks:
        row_bytes = math.prod(chunks[1:]) * values.dtype.itemsize
        chunks = (min(max(_CHUNK_BYTES // row_bytes, 1), chunks[0]), *chunks[1:])
    there = path in store.nodes
    create_array(
        store, path, dims, attributes, compression, data=values, chunks=chunks, overwrite=there
    )


def create_array(
    store: StagedStore,
    path: str,
    dims: tuple[str, ...],
    attributes: Mapping[str, Any],
    compression: str,
    **how: Any,
) -> zarr.Array[Any]:
    """Return a new array of a store."""
    import zarr

    return zarr.create_array(
        store,
        name=path,
        # All files in its one folder: to make others costs more than to write a file.
        chunk_key_encoding={"name": "default", "separator": "."},
        compressors=codecs_of(compression),
        dimension_names=dims,
        attributes=dict(attributes),
        # By default Zarr leaves out what is blank: nobody could tell a blank from a lost file.
        config={"write_empty_chunks": True},
        **how,
    )


def open_array(store: StagedStore, path: str) -> zarr.Array[Any]:
    """Return an array of a store, whose values are read later."""
    import zarr

    try:
        array = zarr.open_array(store, path=path)
        if not all(isinstance(dim, str) for dim in dims_stored(array)):
            raise TypeError(f"dimension_names are {dims_stored(array)}")
    except Exception as error:  # whatever Zarr and its codecs raise
        raise StoreError(
            f"{store.location}: the metadata of {path} are damaged: {error!r}"
        ) from error
    return array


def read_array(array: zarr.Array[Any], key: Any = ...) -> Array:
    """Return the values of an array, or of a part of it; raise `StoreError` where one is lost."""
    store: Any = array.store
    try:
        lost = _lost_file(array, key)
        if lost:
            raise FileNotFoundError(f"the file {lost} is missing")
        values = np.asarray(array.oindex[key])
    except Exception as error:  # whatever Zarr and its codecs raise
        store.check_same()
        raise StoreError(
            f"{store.location}: {array.path} is damaged: {error}; other arrays, and the parts of "
            "this one that lie in other files, can be read"
        ) from error
    store.check_same()  # afterwards, so that nothing comes in between
    return values


def _files(array: zarr.Array[Any], key: Any) -> Iterator[str]:
    """Yield the files that hold a part of an array, of a range the last one first."""
    per_file = max((array.shards or array.chunks or (1,))[0], 1)
    if not array.shape:
        yield file_of(array)
    if not array.shape or 0 in array.shape:
        return
    along = key[0] if isinstance(key, tuple) else key
    along = slice(None) if along is ... else along
    if isinstance(along, slice):
        # Not one by one: a length that is false may be of any size.
        rows = range(array.shape[0])[along]
        low, high = sorted((rows[0] // per_file, rows[-1] // per_file)) if rows else (0, -1)
        numbers: Any = range(high, low - 1, -1)
    else:
        numbers = np.unique(np.asarray(along) % array.shape[0] // per_file)
    first = int(str(array.attrs.get(FIRST, 0))) // per_file
    yield from (file_of(array, int(number)) for number in numbers if number >= first)


def file_of(array: zarr.Array[Any], *number: int) -> str:
    """Return the name of a file of an array that is cut along its first dimension alone."""
    metadata: Any = array.metadata
    return str(metadata.encode_chunk_key((*number, *[0] * (array.ndim - 1))))


def _lost_file(array: zarr.Array[Any], key: Any) -> str | None:
    """Return a file of a part of an array that is missing, which Zarr reads as blanks."""
    from zarr.core.sync import sync

    async def lost() -> str | None:
        files = (f"{array.path}/{name}" for name in _files(array, key))
        last = next(files, None)  # which is not there where the length is false
        if last is None or not await array.store.exists(last):
            return last
        others = list(files)
        there = await asyncio.gather(*map(array.store.exists, others))
        return next((file for file, exists in zip(others, there, strict=True) if not exists), None)

    return sync(lost())


def dims_stored(array: zarr.Array[Any]) -> tuple[str, ...]:
    """Return the names of the dimensions of an array as its metadata give them."""
    return tuple(getattr(array.metadata, "dimension_names", None) or ())
