"""Frames over `step`: collected in memory, written a whole file at a time."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import StoreError
from plasticity.experiment.quantities import size_text
from plasticity.machine.memory import memory_left
from plasticity.network.capture import Slots
from plasticity.store.arrays import BLOCK, ORDER, write_array
from plasticity.store.background import BackgroundWriter
from plasticity.store.encoding.layout import frames_per_buffer
from plasticity.store.encoding.packing import Packer, codecs_of
from plasticity.store.growing_array import Column, GrowingArray
from plasticity.typing import Array

if TYPE_CHECKING:
    from plasticity.store.commit.staged import StagedStore

_CLOCK = {
    name: Column((), np.dtype(np.int64), (), {"long_name": meaning, "units": "1"})
    for name, meaning in {"step": "steps done", "epoch": "epoch of the step, from 0"}.items()
}


class Series:
    """One group of a store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a block two; so frames fill the
    blocks of their files, and full ones are compressed and written beside the run. `room` is the
    number of bytes of frames that may be in memory before they are given to the writer.

    A frame that is not later than the last one is left out: a run that goes on from a checkpoint
    repeats steps, whose frames are here already.
    """

    def __init__(
        self, store: StagedStore, path: str, writer: BackgroundWriter, room: int, compression: str
    ) -> None:
        self._store = store
        self._path = path
        self._writer = writer
        self._room = room
        self._packer = Packer(compression)
        self._columns: dict[str, Column] = dict(_CLOCK)
        self._arrays: dict[str, GrowingArray] = {}  # of the columns, from the first frame on
        self._clock: dict[str, Array] = {}  # steps and epochs since the last full blocks
        self._capacity = 0  # frames after which full blocks are given to the writer,
        self._filled = 0  # those since the last time,
        self._before = 0  # and those before
        self.last_step = -1
        self.attributes: dict[str, Any] = {}  # of a group that was there already
        if path in store.nodes:
            self._resume()
        else:
            # How xarray knows that the epoch labels the steps and is no data of its own.
            self.label({"coordinates": "epoch"})

    def _resume(self) -> None:
        """Take up the series where its last commit left it."""
        self.attributes = self._store.nodes[self._path]["attributes"]
        if BLOCK not in self.attributes:
            return
        self._capacity = self.attributes[BLOCK]
        length = None
        for name in (*_CLOCK, *self.attributes[ORDER]):
            path = f"{self._path}/{name}"
            array = GrowingArray.resume(self._store, path, self._capacity, self._packer, length)
            self._arrays[name], self._columns[name], length = array, array.column, array.given
        assert length is not None
        self._before = length // self._capacity * self._capacity
        self._filled = length - self._before
        self._make_clock()
        for name in _CLOCK:
            self._clock[name][: self._filled] = self._arrays[name].read(slice(self._before, length))
        if length:
            self.last_step = int(self._arrays["step"].read(slice(length - 1, length))[0])

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame of all arrays that are described."""
        return sum(column.frame_bytes for column in self._columns.values())

    @property
    def bytes_left(self) -> float:
        """Bytes for which there is room where frames stay in memory; infinite on a disk."""
        return memory_left() if self._store.in_memory else math.inf

    @property
    def room(self) -> int:
        """Number of frames that may be filled before `take`."""
        self._make_arrays()
        return self._capacity - self._filled

    @property
    def _length(self) -> int:
        return self._before + self._filled

    def describe(self, name: str, column: Column) -> None:
        """Add an array before its first frame, unless it is there."""
        self._columns.setdefault(name, column)

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the group attributes, seen from the next commit on."""
        self._writer.put(partial(self._store.put_group, self._path, dict(attributes)))

    def write_coordinate(self, dim: str, values: Array, attributes: Mapping[str, Any]) -> None:
        """Write the labels of a dimension, unless they are there."""
        path = f"{self._path}/{dim}"
        if path not in self._store.nodes:
            codecs = codecs_of(self._packer.compression)
            write = partial(write_array, self._store, path, values, (dim,), attributes, codecs)
            self._writer.put(write)

    def append(self, step: int, epoch: int, frame: Mapping[str, Array]) -> None:
        """Add one frame of described arrays; one that is missing or smaller is filled with NaN."""
        if step <= self.last_step:
            return
        self._make_arrays()
        for name, array in frame.items():
            self.put(name, array[np.newaxis])
        self.take(np.array([step]), np.array([epoch]), frame)

    def dtype(self, name: str) -> np.dtype[Any]:
        """Return the type of an array as it is stored."""
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
        added = slice(self._filled, self._filled + len(steps))
        self._clock["step"][added] = steps
        self._clock["epoch"][added] = epochs
        self.last_step = int(steps[-1])
        self._filled = added.stop
        if self._filled == self._capacity:
            if 2 * self._filled * self.frame_bytes > self.bytes_left:  # as much again, for others
                raise StoreError(
                    f"{self._path}: {size_text(self._length * self.frame_bytes)} of frames are in "
                    f"memory, which has only {size_text(self.bytes_left)} left: record less often, "
                    "give the recorder at_most, or give the run a store (out)"
                )
            self._put_clock()
            self._write([a for a in self._arrays.values() if self._length % a.block.n_frame == 0])
            self._before += self._filled
            self._filled = 0

    def flush(self) -> None:
        """Give the writer all frames; a file that is not full is replaced when it is."""
        self._put_clock()
        self._write([a for a in self._arrays.values() if a.given < self._length])

    def _make_arrays(self) -> None:
        """Make the arrays that were described since the last frame."""
        if len(self._arrays) == len(self._columns):
            return
        if not self._capacity:
            self._capacity = frames_per_buffer(self.frame_bytes, self._room)
            self._make_clock()
        for name, column in self._columns.items():
            if name not in self._arrays:
                path, length = f"{self._path}/{name}", self._length
                self._arrays[name] = GrowingArray(
                    self._store, path, column, self._capacity, self._packer, length
                )

    def _make_clock(self) -> None:
        self._clock = {name: np.empty(self._capacity, np.int64) for name in _CLOCK}

    def _put_clock(self) -> None:
        for name, values in self._clock.items():
            self._arrays[name].block.put(self._before, values[: self._filled])

    def _write(self, arrays: list[GrowingArray]) -> None:
        """Give the writer the frames at hand of some arrays."""
        if not arrays:
            return
        length, known = self._length, dict(self._arrays)
        handed = [(array, *array.hand_over(length)) for array in arrays]
        size = sum(array.column.frame_bytes * count for array, _, count in handed)

        def write() -> None:
            created = [array.create() for array in known.values()]
            if any(created):
                # A store gives its arrays in any order.
                order = [name for name in known if name not in _CLOCK]
                self._store.put_group(self._path, {ORDER: order, BLOCK: self._capacity})
            self._packer.begin(size)
            for array, block, count in handed:
                array.write(block, count, length)

        self._writer.put(write, size)
