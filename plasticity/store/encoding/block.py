"""Frames of an array in memory, laid out as in their file: written without a further copy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from plasticity.network.capture import Slots
from plasticity.typing import Array

_ALIGNED = 64  # bytes; what is before the values of a chunk lies in them
_PAGE = 4096
_NOTHING = 2**64 - 1
_CHECK_BYTES = 4


@attrs.frozen
class Cut:
    """The shape of a chunk and of a file of an array, and the value of what is missing."""

    chunk: tuple[int, ...]
    file: tuple[int, ...]
    dtype: np.dtype[Any]
    blank: Any

    @property
    def parts(self) -> tuple[int, int]:
        """Chunks of a file, over the frames and over the first dimension of each."""
        times, *groups = (size // chunk for size, chunk in zip(self.file, self.chunk, strict=True))
        return times, math.prod(groups)

    @property
    def run(self) -> int:
        """Values of a frame in one chunk, which lie together."""
        return math.prod(self.chunk[1:])


class Block:
    """The frames of one file, chunk after chunk, with room for what packing adds to each.

    A position counts the frames of the series, `times` its chunks along them for which there is
    room. What a file has beyond the end of a frame is blank; frames that nobody filled hold
    anything, and become blank when the file is made.
    """

    def __init__(self, cut: Cut, shape: tuple[int, ...], times: int | None = None) -> None:
        self.cut = cut
        self.shape = shape
        self.n_frame = cut.file[0]
        dtype = cut.dtype.newbyteorder("<")
        most, groups = cut.parts
        times = most if times is None else times
        self._chunk_bytes = cut.chunk[0] * cut.run * dtype.itemsize
        spaced = _ALIGNED + self._chunk_bytes + _CHECK_BYTES
        self._distance = math.ceil(spaced / _ALIGNED) * _ALIGNED
        room = times * groups * self._distance + index_of(cut).nbytes + 2 * _ALIGNED
        self.memory = pages(room)
        self._flat = self.memory[_ALIGNED : room // _ALIGNED * _ALIGNED].view(dtype)
        row = cut.run * dtype.itemsize
        self._values: Array = np.ndarray(
            (times, groups, cut.chunk[0], cut.run),
            dtype,
            self.memory,
            _ALIGNED,
            (groups * self._distance, self._distance, row, dtype.itemsize),
        )
        self._whole, self._rest = divmod(math.prod(shape), cut.run)
        if self._whole < groups:
            self._values[:, self._whole, :, self._rest :] = cut.blank

    def put(self, position: int, frames: Array) -> None:
        """Fill frames (frame, ...) from a position on; smaller ones are padded with NaN."""
        if frames.shape[1:] != self.shape:
            smaller = frames
            frames = np.full((len(smaller), *self.shape), np.nan, self.cut.dtype)
            frames[tuple(map(slice, smaller.shape))] = smaller
        values = frames.reshape(len(frames), math.prod(self.shape))
        run, whole, rest = self.cut.run, self._whole, self._rest
        for t, inside, among in self._chunks_of(position, len(values)):
            part = values[among]
            several = part[:, : whole * run].reshape(len(part), whole, run)
            self._values[t, :whole, inside] = several.swapaxes(0, 1)
            if rest:
                self._values[t, whole, inside, :rest] = part[:, whole * run :]

    def clear(self, position: int, count: int) -> None:
        """Make frames blank from a position on."""
        for t, inside, _ in self._chunks_of(position, count):
            self._values[t, :, inside] = self.cut.blank

    def _chunks_of(self, position: int, count: int) -> Iterator[tuple[int, slice, slice]]:
        """Yield the chunks that hold some frames: number, rows in it, and which of the frames."""
        done, size, position = 0, self.cut.chunk[0], position % self.n_frame
        while done < count:
            t, row = divmod(position + done, size)
            n_here = min(size - row, count - done)
            yield t, slice(row, row + n_here), slice(done, done + n_here)
            done += n_here

    def slots(self, position: int, count: int) -> Slots:
        """Return where frames from a position on go."""
        size, position = self._flat.itemsize, position % self.n_frame
        t, row = np.divmod(np.arange(position, position + count), self.cut.chunk[0])
        parts = np.arange(self._whole + (self._rest > 0)) * (self._distance // size)
        slots = t * (self._values.strides[0] // size) + row * self.cut.run
        return Slots(self._flat, slots, parts, self.cut.run)

    def copy(self, count: int, other: Block | None = None) -> Block:
        """Copy the first `count` frames into `other`, or into a new block of that size."""
        if other is None:
            other = Block(self.cut, self.shape, math.ceil(count / self.cut.chunk[0]))
        for t, inside, _ in self._chunks_of(0, count):
            other._values[t, :, inside] = self._values[t, :, inside]
        return other

    def chunks(self, count: int) -> Iterator[tuple[tuple[int, int], Array]]:
        """Yield index and values of each chunk of the first frames; others in it are blank."""
        for t, inside, _ in self._chunks_of(0, count):
            for group, values in enumerate(self._values[t]):
                if inside.stop < len(values):
                    # In memory of its own, for the block may have been touched only up to here.
                    begun, values = values, np.full_like(values, self.cut.blank)
                    values[inside] = begun[inside]
                yield (t, group), values.reshape(-1)

    def sealed(self, count: int, head: bytes) -> Array:
        """Return the file with the first frames, each chunk after `head`; other frames are lost."""
        index, end, groups = index_of(self.cut), 0, self.cut.parts[1]
        used = math.ceil(count / self.cut.chunk[0])
        self.clear(count, used * self.cut.chunk[0] - count)
        for t, group in np.ndindex(used, groups):
            values = _ALIGNED + (t * groups + group) * self._distance
            begin, between = values - len(head), end
            self.memory[between:begin] = 0
            self.memory[begin:values] = np.frombuffer(head, np.uint8)
            end = put_check(self.memory, begin, values + self._chunk_bytes)
            index[t, group] = begin, end - begin
        return self.memory[: put_check(self.memory, end, end + put(self.memory, index, end))]


def pages(size: int) -> Array:
    """Allocate page-aligned memory, which a disk takes without a copy."""
    # Not zeros: measured, a tenth of the time for the first touch of 15 MB.
    memory = np.empty(size + _PAGE, np.uint8)
    begin = -memory.ctypes.data % _PAGE
    return memory[begin : begin + size]


def index_of(cut: Cut) -> Array:
    """Return the index of an empty file: where each chunk begins, and its number of bytes."""
    return np.full((*cut.parts, 2), _NOTHING, "<u8")


def put(memory: Array, data: Any, position: int) -> int:
    """Put bytes at a position of some memory and return their number."""
    values = np.frombuffer(data, np.uint8)
    memory[position : position + len(values)] = values
    return len(values)


def put_check(memory: Array, begin: int, end: int) -> int:
    """Put the checksum of the bytes from `begin` to `end` behind them and return where it ends."""
    import google_crc32c

    check = np.uint32(google_crc32c.value(memory[begin:end]))
    return end + put(memory, check.astype("<u4").tobytes(), end)
