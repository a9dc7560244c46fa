"""Frames over `step`: collected in memory, written a whole chunk at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.recording.writer import Writer
from plasticity.typing import Array

if TYPE_CHECKING:
    import zarr

ORDER = "order"
_CHUNK_BYTES = 4_000_000
_CHUNK_BYTES_IN_MEMORY = 16_000_000  # nothing is saved by small ones there
_MAX_FRAMES = 4096


@attrs.frozen
class Column:
    """One array of a series: shape, type and dimensions of a frame, and its labels."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    dims: tuple[str, ...]
    attributes: Mapping[str, Any]


_CLOCK = {
    "step": Column((), np.dtype(np.int64), (), {"long_name": "steps done", "units": "1"}),
    "epoch": Column(
        (), np.dtype(np.int64), (), {"long_name": "epoch of the step, from 0", "units": "1"}
    ),
}


class Series:
    """One group of the store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a buffer two; so frames fill a
    buffer of one chunk, and a full buffer is written. A chunk holds some megabytes, or the whole
    series where `n_frame`, the frames to be expected, is less. With a `writer` the chunks are
    compressed and written beside the run; without one they stay in memory as they are.
    """

    def __init__(self, group: zarr.Group, n_frame: int, writer: Writer | None = None) -> None:
        self._group = group
        self._n_frame = n_frame
        self._writer = writer
        self._compressors = _codecs() if writer else None
        self._columns: dict[str, Column] = dict(_CLOCK)
        self._arrays: dict[str, zarr.Array[Any]] = {}
        self._buffers: dict[str, Array] = {}
        self._capacity = 0
        self._filled = 0  # frames in the buffer,
        self._flushed = 0  # those of them that are written too,
        self._written = 0  # and the frames before the buffer
        # How xarray knows that the epoch labels the steps and is no data of its own.
        group.attrs["coordinates"] = "epoch"

    def describe(self, name: str, column: Column) -> None:
        """Say what an array is, before its first frame; a name that is known stays as it is."""
        self._columns.setdefault(name, column)

    def append(self, step: int, epoch: int, frame: Mapping[str, Array]) -> None:
        """Add one frame: arrays of described names.

        An array that is missing from a frame, or shorter than described, is filled up with NaN.
        """
        if len(self._arrays) < len(self._columns):
            self._create()
        position = self._filled
        for name, buffer in self._buffers.items():
            if name in frame:
                _put(buffer[position, ...], frame[name])
            elif name not in _CLOCK:
                buffer[position] = np.nan
        self._buffers["step"][position] = step
        self._buffers["epoch"][position] = epoch
        self._filled += 1
        if self._filled == self._capacity:
            self._hand_over()

    def flush(self) -> None:
        """Write the frames of the buffer; a chunk that is not full is written again later."""
        if self._writer is not None:
            self._writer.wait()
        if self._flushed < self._filled:
            # Copies, because a store in memory keeps the very arrays that it is given.
            frames = {name: buffer[: self._filled].copy() for name, buffer in self._buffers.items()}
            self._write(frames, self._written)
            self._flushed = self._filled

    def _hand_over(self) -> None:
        """Write the full buffers, which are the writer's from now on, and begin new ones."""
        full = self._buffers
        self._buffers = {name: np.empty_like(buffer) for name, buffer in full.items()}
        write = partial(self._write, full, self._written)
        self._written += self._filled
        self._filled = self._flushed = 0
        if self._writer is None:
            write()
        else:
            self._writer.put(write)

    def _write(self, frames: Mapping[str, Array], start: int) -> None:
        for name, block in frames.items():
            array = self._arrays[name]
            array.resize((start + len(block), *array.shape[1:]))
            array[start:] = block

    def _create(self) -> None:
        """Create the arrays that were described since the last frame, NaN for the frames before."""
        if not self._capacity:
            largest = max(
                column.dtype.itemsize * int(np.prod(column.shape))
                for column in self._columns.values()
            )
            room = _CHUNK_BYTES if self._writer else _CHUNK_BYTES_IN_MEMORY
            most = min(self._n_frame, _MAX_FRAMES)
            self._capacity = int(np.clip(room // max(largest, 1), 1, max(most, 1)))
        for name, column in self._columns.items():
            if name in self._arrays:
                continue
            blank: Any = np.nan if column.dtype.kind == "f" else 0
            self._buffers[name] = np.full((self._capacity, *column.shape), blank, column.dtype)
            self._arrays[name] = self._group.create_array(
                name,
                shape=(self._written, *column.shape),
                chunks=(self._capacity, *(max(size, 1) for size in column.shape)),
                dtype=column.dtype,
                fill_value=blank,
                compressors=self._compressors,
                dimension_names=("step", *column.dims),
                attributes=dict(column.attributes),
            )
        # A store gives its arrays in any order.
        self._group.attrs[ORDER] = [name for name in self._columns if name not in _CLOCK]


def _codecs() -> Any:
    """Compression that costs a millisecond for a chunk and saves a quarter of slow weights."""
    from zarr.codecs import BloscCodec

    return BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")


def _put(target: Array, array: Array) -> None:
    if array.shape == target.shape:
        target[...] = array
    else:
        target[...] = np.nan
        target[tuple(slice(size) for size in array.shape)] = array
