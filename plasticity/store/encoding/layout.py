"""The layout of the arrays of a series: cut into chunks, which are packed into files (shards).

A buffer of frames is written at once, so it makes a file: few files, whatever the number of frames.
Within a file an array is cut along its first dimension (the neurons) into chunks of 0.4 MB, so that
the trajectory of one neuron is read without those of the others.
"""

from __future__ import annotations

import math

import numpy as np

_CHUNK_BYTES = 400_000
_FILE_BYTES = 1_000_000  # small arrays write to a file several times until it holds this much
_CHUNK_FRAMES = 4096
# What a buffer holds at most: with two that wait and what one is packed to, less than 64 MB.
BUFFER_BYTES = 15_000_000


def frames_per_buffer(frame_bytes: int, room: int) -> int:
    """Return the number of frames in a buffer of `room` bytes.

    >>> frames_per_buffer(frame_bytes=313_600, room=16_000_000)
    51
    >>> frames_per_buffer(frame_bytes=16, room=16_000_000)  # whole chunks
    999424
    """
    frames = max(room // max(frame_bytes, 1), 1)
    return frames if frames <= _CHUNK_FRAMES else frames // _CHUNK_FRAMES * _CHUNK_FRAMES


def cut(
    shape: tuple[int, ...], itemsize: int, frames: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of the chunks and of the files of an array over frames of this shape.

    frames   of a buffer

    >>> cut((100, 784), 4, 51)
    ((51, 2, 784), (51, 100, 784))
    >>> cut((), 8, 51)
    ((4080,), (4080,))
    """
    frame_bytes = max(math.prod(shape) * itemsize, 1)
    times = 1
    if frames < _CHUNK_FRAMES:
        times = int(np.clip(_FILE_BYTES // (frames * frame_bytes), 1, _CHUNK_FRAMES // frames))
    shard_frames = frames * times
    chunk_frames = min(shard_frames, _CHUNK_FRAMES)
    if not shape:
        return (chunk_frames,), (shard_frames,)
    rest = tuple(max(size, 1) for size in shape[1:])
    row_bytes = chunk_frames * math.prod(rest) * itemsize
    rows = int(np.clip(_CHUNK_BYTES // row_bytes, 1, max(shape[0], 1)))
    whole = math.ceil(max(shape[0], 1) / rows) * rows
    return (chunk_frames, rows, *rest), (shard_frames, whole, *rest)
