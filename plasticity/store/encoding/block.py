"""Frames of an array in memory, laid out as in their file: packed without a further copy.

An array is cut into chunks, which are packed into files (shards). A buffer of frames is written at
once, so it makes a file: few files, whatever the number of frames. Within a file an array is cut
along its first dimension (the neurons) into chunks of 0.4 MB, so that the trajectory of one neuron
is read without those of the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import numpy as np

from plasticity.network.capture import Slots
from plasticity.typing import Array

_ALIGNED = 64  # bytes; what is before the values of a chunk lies in them
_PAGE = 4096
_CHECK_BYTES = 4
_CHUNK_BYTES = 400_000
_FILE_BYTES = 1_000_000  # small arrays write to a file several times until it holds this much
_CHUNK_FRAMES = 4096
_NOTHING = 2**64 - 1
# What a buffer holds at most: with two that wait and what one is packed to, less than 64 MB.
BUFFER_BYTES = 15_000_000


@attrs.frozen
class Cut:
    """The shapes of a chunk and of a file of an array, and the value of what is missing."""

    chunk: tuple[int, ...]
    file: tuple[int, ...]
    dtype: np.dtype[Any]
    blank: Any

    @classmethod
    def of(cls, shape: tuple[int, ...], dtype: np.dtype[Any], frames: int) -> Cut:
        """Return the cut of an array over frames of this shape, of which a buffer has so many.

        >>> made = Cut.of((100, 784), np.dtype("float32"), 51)
        >>> made.chunk, made.file
        ((51, 2, 784), (51, 100, 784))
        """
        frame_bytes = max(math.prod(shape) * dtype.itemsize, 1)
        times = 1
        if frames < _CHUNK_FRAMES:
            times = int(np.clip(_FILE_BYTES // (frames * frame_bytes), 1, _CHUNK_FRAMES // frames))
        file_frames = frames * times
        chunk_frames = min(file_frames, _CHUNK_FRAMES)
        blank = np.nan if dtype.kind == "f" else 0
        if not shape:
            return cls((chunk_frames,), (file_frames,), dtype, blank)
        first, *rest = (max(size, 1) for size in shape)
        row_bytes = chunk_frames * math.prod(rest) * dtype.itemsize
        rows = int(np.clip(_CHUNK_BYTES // row_bytes, 1, first))
        whole = math.ceil(first / rows) * rows
        return cls((chunk_frames, rows, *rest), (file_frames, whole, *rest), dtype, blank)

    @property
    def parts(self) -> tuple[int, int]:
        """Chunks of a file, over the frames and over the first dimension of each."""
        times, *groups = (size // chunk for size, chunk in zip(self.file, self.chunk, strict=True))
        return times, math.prod(groups)

    @property
    def run(self) -> int:
        """Values of a frame in one chunk, which lie together."""
        return math.prod(self.chunk[1:])

    @property
    def index(self) -> Array:
        """The index of an empty file: where each chunk begins, and its number of bytes."""
        return np.full((*self.parts, 2), _NOTHING, "<u8")


class Block:
    """The frames of one file, chunk after chunk, with room for what packing adds to each.

    A position counts the frames of the series, `times` its chunks along them for which there is
    room. What a file has beyond the end of a frame is blank; frames that nobody filled hold
    anything, and become blank when the file is made.
    """

    def __init__(self, cut: Cut, shape: tuple[int, ...], times: int | None = None) -> None:
        self.cut, self.shape, self.n_frame = cut, shape, cut.file[0]
        dtype = cut.dtype.newbyteorder("<")
        most, groups = cut.parts
        times = most if times is None else times
        row = cut.run * dtype.itemsize
        self._chunk_bytes = cut.chunk[0] * row
        spaced = _ALIGNED + self._chunk_bytes + _CHECK_BYTES
        distance = math.ceil(spaced / _ALIGNED) * _ALIGNED
        room = times * groups * distance + cut.index.nbytes + 2 * _ALIGNED
        self._memory = pages(room)
        self._flat = self._memory[_ALIGNED : room // _ALIGNED * _ALIGNED].view(dtype)
        chunks = (times, groups, cut.chunk[0], cut.run)
        strides = (groups * distance, distance, row, dtype.itemsize)
        self._values: Array = np.ndarray(chunks, dtype, self._memory, _ALIGNED, strides)
        self._whole, self._rest = divmod(math.prod(shape), cut.run)

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
        size, position = self._flat.itemsize, position % self.n_frame
        t, row = np.divmod(np.arange(position, position + count), self.cut.chunk[0])
        slots = t * (self._values.strides[0] // size) + row * self.cut.run
        parts = np.arange(self._whole + (self._rest > 0)) * (self._values.strides[1] // size)
        return Slots(self._flat, slots, parts, self.cut.run)

    def copy(self, count: int) -> Block:
        """Return a copy that has room for the first `count` frames alone."""
        other = Block(self.cut, self.shape, math.ceil(count / self.cut.chunk[0]))
        for t, inside, _ in self._chunks_of(0, count):
            other._values[t, :, inside] = self._values[t, :, inside]
        return other

    def packed(
        self, count: int, compress: Callable[[Array], Any] | None = None, head: bytes = b""
    ) -> Array:
        """Return the file with the first frames, in this memory, where nothing else is left."""
        index, end, used = self.cut.index, 0, math.ceil(count / self.cut.chunk[0])
        self.clear(count, used * self.cut.chunk[0] - count)
        self._values[:used, self._whole :, :, self._rest :] = self.cut.blank
        for t, group in np.ndindex(used, self.cut.parts[1]):
            chunk = self._values[t, group].reshape(-1)
            if compress is not None:
                begin = end
                end = begin + self._put(compress(chunk), begin)
            else:  # it stays where it is, after `head`
                values = chunk.ctypes.data - self._memory.ctypes.data
                begin, between = values - len(head), end
                self._memory[between:begin] = 0
                end = begin + self._put(head, begin) + self._chunk_bytes
            end = self._put_check(begin, end)
            index[t, group] = begin, end - begin
        return self._memory[: self._put_check(end, end + self._put(index, end))]

    def _put(self, data: Any, position: int) -> int:
        """Put bytes at a position and return their number."""
        values = np.frombuffer(data, np.uint8)
        self._memory[position : position + len(values)] = values
        return len(values)

    def _put_check(self, begin: int, end: int) -> int:
        """Put the checksum of some bytes behind them and return where it ends."""
        import google_crc32c

        check = np.uint32(google_crc32c.value(self._memory[begin:end]))
        return end + self._put(check.astype("<u4").tobytes(), end)


def pages(size: int) -> Array:
    """Allocate page-aligned memory, which a disk takes without a copy."""
    # Not zeros: measured, a tenth of the time for the first touch of 15 MB.
    memory = np.empty(size + _PAGE, np.uint8)
    begin = -memory.ctypes.data % _PAGE
    return memory[begin : begin + size]


def frames_per_buffer(frame_bytes: int, room: int) -> int:
    """Return the number of frames in a buffer of `room` bytes; of small ones whole chunks.

    >>> frames_per_buffer(frame_bytes=16, room=16_000_000)
    999424
    """
    frames = max(room // max(frame_bytes, 1), 1)
    return frames if frames <= _CHUNK_FRAMES else frames // _CHUNK_FRAMES * _CHUNK_FRAMES
