"""Frames over `step`: collected in memory, written a whole file at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.recording.arrays import dims_stored
from plasticity.recording.layout import cut, frames_per_buffer
from plasticity.recording.writer import Writer
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

    from plasticity.recording.staged import StagedStore

ORDER, BLOCK = "order", "frames_per_write"


@attrs.frozen
class Column:
    """One array of a series: shape, type and dimensions of a frame, and its labels."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dims: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return self.dtype.itemsize * math.prod(self.shape)

    @property
    def blank(self) -> Any:
        """What stands where no value was given."""
        return np.nan if self.dtype.kind == "f" else 0


_CLOCK = {
    "step": Column((), np.dtype(np.int64), (), {"long_name": "steps done", "units": "1"}),
    "epoch": Column(
        (), np.dtype(np.int64), (), {"long_name": "epoch of the step, from 0", "units": "1"}
    ),
}


class Series:
    """One group of a store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a buffer two; so frames fill a
    buffer, and a full buffer becomes a file of each array, compressed and written beside the run.

    store        the store, which shows nothing of it before its next commit
    path         the group; if there is one already, its frames stay and new ones follow
    writer       does the writing
    room         bytes that the buffer may take
    compressors  of the arrays, as Zarr takes them
    sharded      whether many chunks go into one file

    A frame that is not later than the last one is left out: a run that goes on from a checkpoint
    repeats the steps after it, and what it did then is here already.
    """

    def __init__(
        self,
        store: StagedStore,
        path: str,
        writer: Writer,
        room: int,
        compressors: Any = None,
        sharded: bool = True,
    ) -> None:
        self._store = store
        self._path = path
        self._writer = writer
        self._room = room
        self._compressors = compressors
        self._sharded = sharded
        self._columns: dict[str, Column] = dict(_CLOCK)
        self._arrays: dict[str, zarr.Array[Any]] = {}
        self._buffers: dict[str, Array] = {}
        self._capacity = 0
        self._filled = 0  # frames in the buffer,
        self._flushed = 0  # those of them that are written too,
        self._written = 0  # and the frames before the buffer
        self.last_step = -1
        if path in store.nodes:
            self._go_on()
        else:
            # How xarray knows that the epoch labels the steps and is no data of its own.
            self.label({"coordinates": "epoch"})

    def __len__(self) -> int:
        return self._written + self._filled

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame of all arrays that are described."""
        return sum(column.frame_bytes for column in self._columns.values())

    def describe(self, name: str, column: Column) -> None:
        """Say what an array is, before its first frame; a name that is known stays as it is."""
        self._columns.setdefault(name, column)

    def label(self, attributes: Mapping[str, Any]) -> None:
        """Give the group attributes, seen from the next commit on."""
        self._writer.put(partial(self._store.put_group, self._path, dict(attributes)))

    def append(self, step: int, epoch: int, frame: Mapping[str, Array]) -> None:
        """Add one frame: arrays of described names.

        An array that is missing from a frame, or shorter than described, is filled up with NaN.
        """
        if step <= self.last_step:
            return
        self.last_step = step
        if len(self._buffers) < len(self._columns):
            self._make_buffers()
        position = self._filled
        for name, buffer in self._buffers.items():
            if name in frame:
                _put(buffer[position, ...], frame[name])
            elif name not in _CLOCK:
                buffer[position] = self._columns[name].blank
        self._buffers["step"][position] = step
        self._buffers["epoch"][position] = epoch
        self._filled += 1
        if self._filled == self._capacity:
            self._hand_over()

    def flush(self) -> None:
        """Give the writer the frames of the buffer; what is written is replaced when it is full."""
        if self._flushed < self._filled:
            # Copies, because the buffer goes on being filled.
            frames = {name: buffer[: self._filled].copy() for name, buffer in self._buffers.items()}
            self._flushed = self._filled
            self._writer.put(self._writing(frames), _bytes(frames))

    def _hand_over(self) -> None:
        """Give the writer the full buffers, which are its own from now on, and begin new ones."""
        full = self._buffers
        self._buffers = {name: np.empty_like(buffer) for name, buffer in full.items()}
        write = self._writing(full)
        self._written += self._filled
        self._filled = self._flushed = 0
        self._writer.put(write, _bytes(full))

    def _make_buffers(self) -> None:
        """Make the buffers of the arrays that were described since the last frame."""
        if not self._capacity:
            self._capacity = frames_per_buffer(self.frame_bytes, self._room)
        for name, column in self._columns.items():
            if name not in self._buffers:
                buffer = np.empty((self._capacity, *column.shape), column.dtype)
                buffer[: self._filled] = column.blank
                self._buffers[name] = buffer

    def _writing(self, frames: Mapping[str, Array]) -> Callable[[], None]:
        return partial(self._write, frames, dict(self._columns), self._written)

    # -- what the writer does --------------------------------------------------------------------

    def _write(
        self, frames: Mapping[str, Array], columns: Mapping[str, Column], start: int
    ) -> None:
        if len(self._arrays) < len(columns):
            self._create(columns)
        for name, block in frames.items():
            array = self._arrays[name]
            array.resize((start + len(block), *array.shape[1:]))
            array[start:] = block

    def _create(self, columns: Mapping[str, Column]) -> None:
        """Create the arrays that were described since the last write."""
        import zarr

        for name, column in columns.items():
            if name in self._arrays:
                continue
            chunks, shards = cut(column.shape, column.dtype.itemsize, self._capacity)
            self._arrays[name] = zarr.create_array(
                self._store,
                name=f"{self._path}/{name}",
                shape=(0, *column.shape),
                chunks=chunks,
                shards=shards if self._sharded else None,
                dtype=column.dtype,
                fill_value=column.blank,
                compressors=self._compressors,
                dimension_names=("step", *column.dims),
                attributes=dict(column.attributes),
            )
        # A store gives its arrays in any order.
        order = [name for name in columns if name not in _CLOCK]
        self._store.put_group(self._path, {ORDER: order, BLOCK: self._capacity})

    # -- a series that is there already ----------------------------------------------------------

    def _go_on(self) -> None:
        """Take up the series where its last commit left it."""
        import zarr

        told = self._store.nodes[self._path]["attributes"]
        if BLOCK not in told:
            return
        self._capacity = told[BLOCK]
        for name in (*_CLOCK, *told[ORDER]):
            array: zarr.Array[Any] = zarr.open_array(self._store, path=f"{self._path}/{name}")
            dims = dims_stored(array)[1:]
            self._arrays[name] = array
            self._columns[name] = Column(array.shape[1:], array.dtype, dims, dict(array.attrs))
        length = self._arrays["step"].shape[0]
        self._written = length // self._capacity * self._capacity
        self._make_buffers()
        self._filled = self._flushed = length - self._written
        for name, array in self._arrays.items():
            # In the byte order of this machine, whatever that of the one that wrote it.
            self._buffers[name][: self._filled] = array[self._written :]
        if length:
            self.last_step = int(np.asarray(self._arrays["step"][-1]))


def _bytes(frames: Mapping[str, Array]) -> int:
    return sum(array.nbytes for array in frames.values())


def _put(target: Array, array: Array) -> None:
    if array.shape == target.shape:
        target[...] = array
    else:
        target[...] = np.nan
        target[tuple(slice(size) for size in array.shape)] = array
