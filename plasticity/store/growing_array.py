"""One array that grows along `step`: its frames in memory, and the files they are packed into."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.errors import StoreError
from plasticity.store.arrays import (
    ALL_CHUNKS,
    FIRST,
    FLAT,
    dims_stored,
    file_of,
    open_array,
    read_to_continue,
)
from plasticity.store.encoding.block import Block, Cut
from plasticity.store.encoding.layout import cut
from plasticity.store.encoding.packing import Packer, codecs_of, compression_of
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.store.commit.staged import StagedStore


@attrs.frozen
class Column:
    """One array of a series: shape, type and dimensions of a frame, and its labels."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dims: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def frame_bytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.shape)


class GrowingArray:
    """One array of a series, of which a file is filled in memory and the others are written."""

    def __init__(
        self,
        store: StagedStore,
        path: str,
        column: Column,
        capacity: int,
        packer: Packer,
        length: int = 0,
    ) -> None:
        chunk, file = cut(column.shape, column.dtype.itemsize, capacity)
        self.column = column
        self.given = self._first = length
        self._store = store
        self._path = path
        self._packer = packer
        blank = np.nan if column.dtype.kind == "f" else 0  # where no value was given
        self.block = Block(Cut(chunk, file, column.dtype, blank), column.shape)
        self.block.clear(0, length % self.block.n_frame)
        self._free: list[Block] = []  # that are written
        self._array: zarr.Array[Any] | None = None

    @classmethod
    def resume(
        cls, store: StagedStore, path: str, capacity: int, packer: Packer, length: int | None = None
    ) -> GrowingArray:
        """Take up an array that a store holds; `length` frames of it, or all.

        Raises `StoreError` where it is damaged or not packed as we do.
        """
        array = open_array(store, path, config=ALL_CHUNKS)
        column = Column(array.shape[1:], array.dtype, dims_stored(array)[1:], dict(array.attrs))
        length = array.shape[0] if length is None else length
        resumed = cls(store, path, column, capacity, packer, length)
        resumed._array = array
        compression, made = compression_of(array), resumed.block.cut
        if compression is None or (array.chunks, array.shards) != (made.chunk, made.file):
            raise StoreError(
                f"{store.location}: {array.path} was written by another program, or by another "
                "version of this one; it can be read, but the run cannot go on in it"
            )
        packer.continue_with(compression)
        begin = length // made.file[0] * made.file[0]
        resumed.block.put(begin, resumed.read(slice(begin, length)))
        return resumed

    def read(self, frames: slice) -> Array:
        """Read frames that are stored; blanks where their file is lost."""
        assert self._array is not None
        return read_to_continue(self._array, frames, self.block.cut.blank)

    def hand_over(self, length: int) -> tuple[Block, int]:
        """Return the block at hand and its number of frames when there are `length` in all.

        A full block is the writer's. Of another one it reads what is there, before it is full.
        """
        block, self.given = self.block, length
        count = (length - 1) % block.n_frame + 1
        if count == block.n_frame:
            self.block = self._unused() or Block(block.cut, block.shape)
        return block, count

    def _unused(self) -> Block | None:
        """Return a block that is written: fresh memory costs as much as a copy."""
        try:
            return self._free.pop()
        except IndexError:
            return None

    # -- what the writer does --------------------------------------------------------------------

    def create(self) -> bool:
        """Create the array in the store, without a frame; return whether it was not there."""
        import zarr

        if self._array is not None:
            return False
        column, made = self.column, self.block.cut
        self._array = zarr.create_array(
            self._store,
            name=self._path,
            shape=(0, *column.shape),
            chunks=made.chunk,
            shards=made.file,
            chunk_key_encoding=FLAT,
            dtype=column.dtype.newbyteorder("<"),
            fill_value=made.blank,
            compressors=codecs_of(self._packer.compression),
            dimension_names=("step", *column.dims),
            attributes={**column.attributes, **({FIRST: self._first} if self._first else {})},
            config=ALL_CHUNKS,
        )
        return True

    def write(self, block: Block, count: int, length: int) -> None:
        """Write the last `count` frames, after which the array has `length`."""
        assert self._array is not None
        file = file_of(self._array, (length - count) // block.n_frame)
        free: Block | None = block
        if count < block.n_frame:
            # The run goes on to fill the block; one that is packed in place must be another.
            free = self._unused() if self._packer.in_place else None
            block = block.copy(count, free) if self._packer.in_place else block
        self._store.put(f"{self._path}/{file}", self._packer.pack(block, count))
        self._store.grow(self._path, length)
        if free is not None:
            self._free.append(free)
