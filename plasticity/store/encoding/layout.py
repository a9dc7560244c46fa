"""The layout of the arrays of a series: cut into chunks, which are packed into files (shards).

A buffer of frames is written at once, so it makes a file: few files, whatever the number of frames.
Within a file an array is cut along its first dimension (the neurons) into chunks of 0.4 MB, so that
the trajectory of one neuron is read without those of the others.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np

from plasticity.typing import Array

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


def frames_per_buffer(frame_bytes: int, room: int) -> int:
    """Return the number of frames in a buffer of `room` bytes; of small ones whole chunks.

    >>> frames_per_buffer(frame_bytes=16, room=16_000_000)
    999424
    """
    frames = max(room // max(frame_bytes, 1), 1)
    return frames if frames <= _CHUNK_FRAMES else frames // _CHUNK_FRAMES * _CHUNK_FRAMES
