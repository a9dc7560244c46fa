"""Frames over `step`: collected in memory, written a whole file at a time."""

from __future__ import annotations

import logging
import math
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.errors import StoreError
from plasticity.experiment.quantities import size_text
from plasticity.machine.memory import memory_left
from plasticity.network.capture import Slots
from plasticity.store.arrays import (
    BLOCK,
    FIRST,
    ORDER,
    create_array,
    dims_stored,
    file_of,
    open_array,
    read_array,
    write_array,
)
from plasticity.store.background import BackgroundWriter
from plasticity.store.encoding.block import Block, Cut, frames_per_buffer
from plasticity.store.encoding.packing import Packer, compression_of
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.store.commit.staged import StagedStore

logger = logging.getLogger("plasticity")


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


_CLOCK = {
    name: Column((), np.dtype(np.int64), (), {"long_name": meaning, "units": "1"})
    for name, meaning in {"step": "steps done", "epoch": "epoch of the step, from 0"}.items()
}


class Series:
    """One group of a store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a block two; so frames fill the
    blocks of their files, and full ones are compressed and written beside the run. A frame that is
    not later than the last one is left out: a run that goes on repeats steps that are here already.
    """

    def __init__(
        self, store: StagedStore, path: str, writer: BackgroundWriter, room: int, compression: str
    ) -> None:
        self.store = store
        self.path = path
        self._writer = writer
        self._room = room  # bytes of frames in memory, before they are given to the writer
        self.packer = Packer(compression)
        self._columns: dict[str, Column] = dict(_CLOCK)
        self._arrays: dict[str, _GrowingArray] = {}  # of the columns, from the first frame on
        self._clock: dict[str, Array] = {}  # steps and epochs since the last full blocks
        self.capacity = 0  # frames after which full blocks are given to the writer
        self._length = 0
        self.last_step = -1
        self.attributes: dict[str, Any] = {}  # of a group that was there already
        if path not in store.nodes:
            # How xarray knows that the epoch labels the steps and is no data of its own.
            self.label({"coordinates": "epoch"})
            return
        self.attributes = store.nodes[path]["attributes"]
        if BLOCK in self.attributes:
            self._resume()

    def _resume(self) -> None:
        self._begin(self.attributes[BLOCK])
        length = None
        for name in (*_CLOCK, *self.attributes[ORDER]):
            array = _GrowingArray.resume(self, name, length)
            self._arrays[name], self._columns[name], length = array, array.column, array.given
        assert length is not None
        self._length, filled = length, length % self.capacity
        for name in _CLOCK:
            self._clock[name][:filled] = self._arrays[name].read(slice(length - filled, length))
        if length:
            self.last_step = int(self._arrays["step"].read(slice(length - 1, length))[0])

    def _begin(self, capacity: int) -> None:
        self.capacity = capacity
        self._clock = {name: np.empty(capacity, np.int64) for name in _CLOCK}

    @property
    def frame_bytes(self) -> int:
        return sum(column.frame_bytes for column in self._columns.values())

    @property
    def bytes_left(self) -> float:
        """Bytes for which there is room where frames stay in memory; infinite on a disk."""
        return memory_left() if self.store.in_memory else math.inf

    @property
    def room(self) -> int:
        """Number of frames that may be filled before `take`."""
        self._make_arrays()
        return self.capacity - self._length % self.capacity

    def describe(self, name: str, column: Column) -> None:
        """Add an array before its first frame, unless it is there."""
        self._columns.setdefault(name, column)

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the group attributes, seen from the next commit on."""
        self._writer.put(self.store.put_group, self.path, attributes)

    def write_coordinate(self, dim: str, values: Array, attributes: Mapping[str, Any]) -> None:
        path = f"{self.path}/{dim}"
        if path not in self.store.nodes:
            how = values, (dim,), attributes, self.packer.compression
            self._writer.put(write_array, self.store, path, *how)

    def append(self, step: int, epoch: int, frame: Mapping[str, Array]) -> None:
        """Add one frame of described arrays; one that is missing or smaller is filled with NaN."""
        if step <= self.last_step:
            return
        self._make_arrays()
        for name, array in frame.items():
            self.put(name, array[np.newaxis])
        self.take(np.array([step]), np.array([epoch]), frame)

    def dtype(self, name: str) -> np.dtype[Any]:
        return self._columns[name].dtype.newbyteorder("<")

    def slots(self, name: str, count: int) -> Slots:
        """Return where the next frames of an array go; `take` adds them once they are there."""
        return self._arrays[name].block.slots(self._length, count)

    def put(self, name: str, frames: Array) -> None:
        """Fill the next frames (frame, ...) of an array; `take` adds them."""
        self._arrays[name].block.put(self._length, frames)

    def take(self, steps: Array, epochs: Array, names: Container[str]) -> None:
        """Add frames, at most `room`, of which these arrays are filled and others are blank."""
        for name, array in self._arrays.items():
            if name not in names and name not in _CLOCK:
                array.block.clear(self._length, len(steps))
        begin = self._length % self.capacity
        self._clock["step"][begin : begin + len(steps)] = steps
        self._clock["epoch"][begin : begin + len(steps)] = epochs
        self.last_step = int(steps[-1])
        self._length += len(steps)
        if self._length % self.capacity == 0:
            if 2 * self.capacity * self.frame_bytes > self.bytes_left:  # as much again, for others
                raise StoreError(
                    f"{self.path}: {size_text(self._length * self.frame_bytes)} of frames are in "
                    f"memory, which has only {size_text(self.bytes_left)} left: record less often, "
                    "give the recorder at_most, or give the run a store (out)"
                )
            self._write([a for a in self._arrays.values() if self._length % a.block.n_frame == 0])

    def flush(self) -> None:
        """Give the writer all frames; a file that is not full is replaced when it is."""
        if self._length:
            self._write([a for a in self._arrays.values() if a.given < self._length])

    def _make_arrays(self) -> None:
        if len(self._arrays) == len(self._columns):
            return
        if not self.capacity:
            self._begin(frames_per_buffer(self.frame_bytes, self._room))
        for name, column in self._columns.items():
            if name not in self._arrays:
                self._arrays[name] = _GrowingArray(self, name, column, self._length)

    def _write(self, arrays: list[_GrowingArray]) -> None:
        length, known = self._length, dict(self._arrays)
        before = (length - 1) // self.capacity * self.capacity
        for name, values in self._clock.items():
            self._arrays[name].block.put(before, values[: length - before])
        if not arrays:
            return
        handed = [(array, *array.hand_over(length)) for array in arrays]
        size = sum(array.column.frame_bytes * count for array, _, count in handed)

        def write() -> None:
            created = [array.create() for array in known.values()]
            if any(created):
                # A store gives its arrays in any order.
                order = [name for name in known if name not in _CLOCK]
                self.store.put_group(self.path, {ORDER: order, BLOCK: self.capacity})
            self.packer.begin(size)
            for array, block, count in handed:
                array.write(block, count, length)

        self._writer.put(write, size=size)


class _GrowingArray:
    """One array of a series, of which a file is filled in memory and the others are written."""

    def __init__(self, series: Series, name: str, column: Column, length: int) -> None:
        self.column = column
        self.given = self._first = length
        self._store, self._packer = series.store, series.packer
        self._path = f"{series.path}/{name}"
        self.block = Block(Cut.of(column.shape, column.dtype, series.capacity), column.shape)
        self.block.clear(0, length % self.block.n_frame)
        self._free: list[Block] = []  # that are written: fresh memory costs as much as a copy
        self._array: zarr.Array[Any] | None = None

    @classmethod
    def resume(cls, series: Series, name: str, length: int | None) -> _GrowingArray:
        """Take up an array that a store holds; `length` frames of it, or all."""
        store, packer = series.store, series.packer
        array = open_array(store, f"{series.path}/{name}")
        column = Column(array.shape[1:], array.dtype, dims_stored(array)[1:], dict(array.attrs))
        length = array.shape[0] if length is None else length
        resumed = cls(series, name, column, length)
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
        """Read the last frames that are stored; blanks where their file is missing."""
        array, blank = self._array, self.block.cut.blank
        assert array is not None
        try:
            return read_array(array, frames)
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                logger.warning("%s; the frames of this file are blank from now on", error)
                count = len(range(*frames.indices(array.shape[0])))
                return np.full((count, *array.shape[1:]), blank, array.dtype)
            # It may hold parts that can be read, and would be overwritten.
            file = file_of(array, (frames.stop - 1) // self.block.n_frame)
            raise StoreError(
                f"{error}; to go on, move the file {array.path}/{file} away: then its frames are "
                "blank"
            ) from error

    def hand_over(self, length: int) -> tuple[Block, int]:
        """Return the block at hand and its number of frames; a full one is the writer's then."""
        block, self.given = self.block, length
        count = (length - 1) % block.n_frame + 1
        if count == block.n_frame:
            self.block = self._free.pop() if self._free else Block(block.cut, block.shape)
        return block, count

    def create(self) -> bool:
        """Create the array in the store, without a frame; return whether it was not there."""
        if self._array is not None:
            return False
        column, made = self.column, self.block.cut
        self._array = create_array(
            self._store,
            self._path,
            ("step", *column.dims),
            {**column.attributes, **({FIRST: self._first} if self._first else {})},
            self._packer.compression,
            shape=(0, *column.shape),
            chunks=made.chunk,
            shards=made.file,
            dtype=column.dtype.newbyteorder("<"),
            fill_value=made.blank,
        )
        return True

    def write(self, block: Block, count: int, length: int) -> None:
        """Write the last `count` frames, after which the array has `length`."""
        assert self._array is not None
        file, is_full = (length - count) // block.n_frame, count == block.n_frame
        if not is_full:
            block = block.copy(count)  # the run goes on to fill the other one
        content = self._packer.pack(block, count)
        self._store.put(f"{self._path}/{file_of(self._array, file)}", content)
        self._store.grow(self._path, length)
        if is_full:
            self._free.append(block)
