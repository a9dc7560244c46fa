"""Single arrays of a store: labelled, written, read with errors that name a damaged one."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.components.variable import Variable
from plasticity.errors import StoreError
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.store.commit.staged import StagedStore

logger = logging.getLogger("plasticity")

_CHUNK_BYTES = 64_000_000  # what a compressor takes at once has a limit
# By default Zarr leaves out what is blank; then nobody could tell a blank from a lost file.
ALL_CHUNKS: Any = {"write_empty_chunks": True}
# All files of an array in its one folder: to make others costs more than to write a file.
FLAT: Any = {"name": "default", "separator": "."}
FIRST = "first_frame"  # attribute of an array that joined a series later
ORDER, BLOCK = "order", "frames_per_write"  # attributes of a group that grows along `step`


def labels_of(variable: Variable, source: str = "") -> dict[str, Any]:
    """Return the attributes that xarray shows and puts beside the axes of a plot.

    source   the components that fill the array

    >>> labels_of(Variable((), unit="Hz", description="mean rate"))
    {'long_name': 'mean rate', 'units': 'Hz'}
    """
    labels = {"long_name": variable.description, "units": variable.unit}
    return labels | {"source": source} if source else labels


def write_array(
    store: StagedStore,
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
        chunk_key_encoding=FLAT,
        compressors=compressors,
        dimension_names=dims,
        attributes=dict(attributes),
        config=ALL_CHUNKS,
        overwrite=path in store.nodes,
    )


def open_array(store: StagedStore, path: str, **how: Any) -> zarr.Array[Any]:
    """Return an array of a store, whose values are read later.

    Raises `StoreError`, naming the array, where its metadata are damaged.
    """
    import zarr

    try:
        array = zarr.open_array(store, path=path, **how)
        if not all(isinstance(dim, str) for dim in dims_stored(array)):
            raise TypeError(f"dimension_names are {dims_stored(array)}")
    except Exception as error:  # whatever Zarr and its codecs raise
        raise StoreError(
            f"{store.location}: the metadata of {path} are damaged: {error!r}"
        ) from error
    return array


def read_array(array: zarr.Array[Any], key: Any = ...) -> Array:
    """Return the values of an array, or of a part of it.

    Raises `StoreError`, naming the array, where they cannot be read or a file is missing, and where
    another run has replaced this one.
    """
    store: Any = array.store
    try:
        lost = _lost_files(array, key)
        if lost:
            raise FileNotFoundError(f"the file {lost[0]} is missing")
        values = np.asarray(array.oindex[key])
    except Exception as error:  # whatever Zarr and its codecs raise
        store.check_same()
        raise StoreError(
            f"{store.location}: {array.path} is damaged: {error}; other arrays, and the parts of "
            "this one that lie in other files, can be read"
        ) from error
    store.check_same()  # afterwards, so that nothing comes in between
    return values


def read_to_continue(array: zarr.Array[Any], frames: slice, blank: Any) -> Array:
    """Return the last frames of an array, into whose file others are to follow.

    Where the file is missing they are blank, and a warning is logged. Raises `StoreError` where the
    file is damaged: it may hold parts that can be read, and would be overwritten.
    """
    try:
        return read_array(array, frames)
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            logger.warning("%s; the frames of this file are blank from now on", error)
            count = len(range(*frames.indices(array.shape[0])))
            return np.full((count, *array.shape[1:]), blank, array.dtype)
        file = next(_files(array, frames))
        raise StoreError(
            f"{error}; to go on, move the file {array.path}/{file} away: then its frames are blank"
        ) from error


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


def _lost_files(array: zarr.Array[Any], key: Any) -> list[str]:
    """Return the files of a part of an array that are missing, which Zarr reads as blanks."""
    from zarr.core.sync import sync

    store = array.store_path.store

    async def lost() -> list[str]:
        files = (f"{array.path}/{name}" for name in _files(array, key))
        for file in islice(files, 1):  # which is not there where the length is false
            if not await store.exists(file):
                return [file]
        others = list(files)
        there = await asyncio.gather(*(store.exists(file) for file in others))
        return [file for file, exists in zip(others, there, strict=True) if not exists]

    return sync(lost())


def dims_stored(array: zarr.Array[Any]) -> tuple[str, ...]:
    """Return the names of the dimensions of an array as its metadata give them."""
    return tuple(getattr(array.metadata, "dimension_names", None) or ())
