"""Frames of arrays that many compiled steps leave behind, for a listener who would only copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plasticity.cadence import Following, due_between
from plasticity.clock import Clock
from plasticity.typing import Array

_SLOTS, _ROOM = 1024, 4_000_000  # frames and bytes of a listener in a stretch, at most

Take = Callable[[Array, int, Mapping[str, Array]], None]


class Frames:
    """The frames of one listener, from the begin of a stretch until they are handed over.

    component   the listener
    arrays      the arrays, seen as (value,)
    buffers     their frames (slot, value)
    due         the steps of the frames: all of one epoch, and before the last of the stretch
    """

    def __init__(self, component: Any, arrays: Mapping[str, Array]) -> None:
        self.component = component
        self.names = tuple(arrays)
        frame_bytes = sum(array.nbytes for array in arrays.values())
        self._slots = max(1, min(_SLOTS, _ROOM // max(frame_bytes, 1)))
        self._shapes = [array.shape for array in arrays.values()]
        self.arrays = [array.reshape(-1) for array in arrays.values()]
        self.buffers = [np.empty((self._slots, array.size), array.dtype) for array in self.arrays]
        self.due: Array = np.empty(0, np.int64)
        self._epoch = 0
        self._cadence: Following
        self._take: Take

    def follow(self, cadence: Following, take: Take) -> None:
        """Take note when frames are due in the next stretch, and who gets them."""
        self._cadence, self._take = cadence, take

    def begin(self, clock: Clock, steps: int) -> int:
        """Find the frames of a stretch of so many steps; up to how many of these there is room."""
        before = clock.step + steps
        self.due = due_between(self._cadence, clock.step, before, self._slots + 1)
        self._epoch = clock.epoch
        return steps if len(self.due) <= self._slots else int(self.due[-1]) - clock.step

    def end_before(self, step: int) -> None:
        """Leave out the frames from a step on."""
        self.due = self.due[: np.searchsorted(self.due, step)]

    def hand_over(self) -> None:
        """Give the listener its frames."""
        count = len(self.due)
        if count:
            filled = zip(self.names, self.buffers, self._shapes, strict=True)
            frames = {name: buffer[:count].reshape(count, *shape) for name, buffer, shape in filled}
            self._take(self.due, self._epoch, frames)
