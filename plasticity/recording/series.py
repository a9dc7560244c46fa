"""Frames over `step`: collected in memory, written a whole chunk at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import zarr

Array = np.ndarray[Any, np.dtype[Any]]
_CHUNK_BYTES = 4_000_000


class Series:
    """One group of the store whose arrays grow along `step`.

    A write a frame costs hundreds of microseconds, a copy into a buffer two; so frames fill a
    buffer of one chunk, and a full buffer is written.
    """

    def __init__(self, group: zarr.Group) -> None:
        self.group = group
        self._described: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}
        self._buffers: dict[str, Array] = {}
        self._capacity = 0
        self._filled = 0
        self._written = 0

    def describe(self, name: str, dims: tuple[str, ...], attributes: dict[str, str]) -> None:
        """Say what an array is, before its first frame."""
        self._described.setdefault(name, (dims, attributes))

    def append(self, step: int, epoch: int, frame: dict[str, Array]) -> None:
        """Add one frame."""
        if not self._buffers:
            self._begin(frame)
        self._buffers["step"][self._filled] = step
        self._buffers["epoch"][self._filled] = epoch
        for name, array in frame.items():
            self._buffers[name][self._filled] = array
        self._filled += 1
        if self._filled == self._capacity:
            self.flush()
            self._written += self._filled
            self._filled = 0

    def flush(self) -> None:
        """Write the frames of the buffer; a chunk that is not full is written again later."""
        length = self._written + self._filled
        for name, buffer in self._buffers.items() if self._filled else ():
            array: Any = self.group[name]
            array.resize((length, *array.shape[1:]))
            array[self._written :] = buffer[: self._filled]

    def _begin(self, frame: dict[str, Array]) -> None:
        largest = max(array.nbytes for array in frame.values())
        self._capacity = int(np.clip(_CHUNK_BYTES // max(largest, 1), 1, 4096))
        clock = {name: np.zeros((), np.int64) for name in ("step", "epoch")}
        for name, like in {**clock, **frame}.items():
            dims, attributes = self._described.get(name, ((), {}))
            self._buffers[name] = np.empty((self._capacity, *like.shape), like.dtype)
            array = self.group.create_array(
                name,
                shape=(0, *like.shape),
                chunks=(self._capacity, *like.shape),
                dtype=like.dtype,
                dimension_names=("step", *dims),
            )
            array.attrs.update(attributes)
