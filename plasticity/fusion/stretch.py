"""From one step at which somebody has to be heard to the next, in one compiled call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plasticity.components.cadence import Agenda
from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError
from plasticity.fusion.online import FusedStretch
from plasticity.network.capture import Frames, Offer
from plasticity.network.dispatch import Call, emit, first
from plasticity.network.view import LayerView
from plasticity.typing import Array


class Stretch:
    """Many steps at once, with the frames of the listeners who would only copy arrays.

    A listener offers to have its frames taken by a method `kept_in_stretch(layer)`, which returns
    an `Offer` or None. A step whose frame is taken is not heard as well.

    steps      the compiled steps
    hearing    the agenda of all listeners
    offering   position in the agenda -> the listener with this method that has it to itself
    view       what listeners see of the layer
    taken      the frames of the last stretch, by position in the agenda
    """

    def __init__(
        self, steps: FusedStretch, hearing: Agenda, offering: Mapping[int, Any], view: LayerView
    ) -> None:
        self._steps = steps
        self._hearing = hearing
        self._offering = offering
        self._view = view
        self._known: dict[int, Frames] = {}
        self.taken: dict[int, Frames] = {}

    def run(self, until: float) -> int:
        """Do steps of the epoch at hand, until one that is not beyond `until`; how many."""
        due, self.taken = self._hearing.next, {}
        if self._offering and due <= min(until, self._hearing.next_without(self._offering)):
            self.taken = dict(self._accepted())
            due = self._hearing.next_without(self.taken)
        clock = self._view.clock
        given = int(min(due, until)) - clock.step, self.taken.values()
        done: int = first([Call(self._steps.run, given, "step", self._steps.layer)], clock)
        return done

    def hand_over(self, clock: Clock) -> None:
        """Give the listeners their frames once the clock has moved, and find when they are due."""
        if not self.taken:
            return
        for frames in self.taken.values():
            emit([Call(frames.hand_over, (), "step_finished", frames.component)], clock)
        self._hearing.look_beyond(clock.step, self.taken)

    def _accepted(self) -> Iterator[tuple[int, Frames]]:
        """The frames of those who offer theirs now, by position in the agenda."""
        for place, listener in self._offering.items():
            asked = Call(self._offer_of, (listener,), "step_finished", listener)
            offer = first([asked], self._view.clock)
            if offer is None:
                continue
            known = self._known.get(place)
            if known is None or known.names != offer.names:
                arrays = self._arrays(sum(offer.names, ()))
                if arrays is None:
                    continue
                known = self._known[place] = Frames(listener, offer, arrays)
            known.follow(offer)
            yield place, known

    def _offer_of(self, listener: Any) -> Offer | None:
        """What a listener offers and has room for."""
        offer = listener.kept_in_stretch(self._view)
        if offer is not None and not isinstance(offer, Offer):
            raise ContractError(
                f"{interface_of(listener).label!r} returned {type(offer).__name__} from "
                "kept_in_stretch, which returns a plasticity.Offer, or None"
            )
        return offer if offer is not None and offer.room() > 0 else None

    def _arrays(self, names: tuple[str, ...]) -> dict[str, Array] | None:
        """Arrays by name; None where a stretch does not leave one of them as single steps do."""
        view, steps = self._view, self._steps
        found = {name: view.array(view.full_name(name), steps.batch) for name in names}
        sound = all(array.flags.c_contiguous and steps.fills(array) for array in found.values())
        return found if sound else None
