"""What many compiled steps leave behind for a listener who would only copy or sum up arrays."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.cadence import Following, due_between
from plasticity.components.clock import Clock
from plasticity.typing import Array

_SLOTS, _ROOM = 1024, 4_000_000  # frames and bytes of a listener in a stretch, at most
_ONE_PART = np.zeros(1, np.int64)  # of a frame that lies in memory as a whole


@attrs.frozen(eq=False)
class Slots:
    """Where frames go: value k < `run` of part p of frame s to `flat[slots[s] + parts[p] + k]`."""

    flat: Array
    slots: Array
    parts: Array
    run: int


@attrs.frozen(kw_only=True, eq=False)
class Offer:
    """Arrays that compiled steps copy or sum up for a listener, in place of calling it.

    A listener returns one from its method `kept_in_stretch(layer)`, or None to be called as usual.

    Parameters
    ----------
    cadence
        When frames are due: a `Cadence`, or another object with `following(step)`.
    take
        Function of the steps (frame,), the epochs done by then (frame,), the frames of `seen` by
        name, each (frame, ...), and the sums of `summed` by name, each (frame,). It is called when
        some steps are done. The frames lie in memory that is used again afterwards.
    seen
        Names of arrays that outlive a step and are handed over as frames.
    summed
        Names of arrays of which only the sum over all values is handed over.
    room
        Returns how many frames may be taken until the next call of `take`. With none, the listener
        is called at its next step.
    placed, slots
        Names of arrays whose frames are written where `slots(name, count)` says, as into the
        buffers of a store.

    Examples
    --------
    >>> from plasticity import Cadence, Offer
    >>> sums = []
    >>> offer = Offer(
    ...     cadence=Cadence.of(100, steps_per_epoch=600),
    ...     seen=("weights",),
    ...     take=lambda steps, epochs, frames, _: sums.extend(frames["weights"].sum((1, 2))),
    ... )
    """

    cadence: Following
    seen: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    room: Callable[[], int] = lambda: _SLOTS
    slots: Callable[[str, int], Slots] | None = None
    take: Callable[[Array, Array, Mapping[str, Array], Mapping[str, Array]], None]

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        return self.seen, self.summed, self.placed


class Frames:
    """The frames of one listener, from the begin of a stretch until they are handed over."""

    def __init__(self, component: Any, offer: Offer, arrays: Mapping[str, Array]) -> None:
        self.component = component
        self.names = offer.names
        self._seen, self._summed, self._placed = (
            {name: arrays[name] for name in names} for names in offer.names
        )
        frame_bytes = sum(array.nbytes for array in self._seen.values())
        self._most = max(1, min(_SLOTS, _ROOM // max(frame_bytes, 1)))
        seen, summed, most = self._seen.items(), self._summed.items(), self._most
        self._buffers = {name: np.empty((most, *each.shape), each.dtype) for name, each in seen}
        self._sums = {name: np.empty(most, each.dtype) for name, each in summed}
        self.due: Array = np.empty(0, np.int64)  # the steps of the frames
        self._steps_per_epoch = 1
        self._offer = offer

    def follow(self, offer: Offer) -> None:
        self._offer = offer

    def begin(self, clock: Clock, steps: int) -> int:
        """Find the frames of a stretch of so many steps; up to how many of these there is room."""
        last, room = clock.step + steps, min(self._most, self._offer.room())
        self.due = due_between(self._offer.cadence, clock.step, last + 1, room + 1)
        self._steps_per_epoch = clock.steps_per_epoch
        return steps if len(self.due) <= room else int(self.due[room]) - 1 - clock.step

    def end_with(self, step: int) -> None:
        # Not by np.searchsorted: it lets go of the GIL, which the writer then has for a while.
        self.due = self.due[: bisect_right(self.due, step)]

    def copied(self) -> list[tuple[Array, Slots]]:
        """Each array to be copied, seen as (value,), and where its frames go."""
        count = len(self.due)
        found: list[tuple[Array, Slots]] = []
        for name, array in self._seen.items():
            flat, in_order = self._buffers[name].reshape(-1), np.arange(count) * array.size
            found.append((array.reshape(-1), Slots(flat, in_order, _ONE_PART, array.size)))
        for name, array in self._placed.items():
            assert self._offer.slots is not None
            found.append((array.reshape(-1), self._offer.slots(name, count)))
        return found

    def summed(self) -> list[tuple[Array, Array]]:
        """Each array to be summed up, seen as (value,), and its sums (frame,)."""
        return [(array.reshape(-1), self._sums[name]) for name, array in self._summed.items()]

    def hand_over(self) -> None:
        count = len(self.due)
        if count:
            frames = {name: buffer[:count] for name, buffer in self._buffers.items()}
            sums = {name: found[:count] for name, found in self._sums.items()}
            self._offer.take(self.due, self.due // self._steps_per_epoch, frames, sums)
