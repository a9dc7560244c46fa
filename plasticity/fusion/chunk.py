"""Many steps in one compiled call, from one step at which a callback is due to the next."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np

from plasticity.components.cadence import Agenda
from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.errors import ContractError
from plasticity.fusion.frames import frames_kernel
from plasticity.fusion.step import FusedStep
from plasticity.machine.threads import may_start_threads
from plasticity.network.capture import Frames, Offer
from plasticity.network.dispatch import Call, emit, first
from plasticity.network.state import LayerState
from plasticity.network.view import LayerView
from plasticity.typing import Array

_WORTH_SHARING = 30_000  # values of an array; fewer are copied before a second thread has begun
# A call lasts about this many multiplications, so that Ctrl-C is heard within a moment: one sample
# after the other, or in products of matrices.
_ONE_BY_ONE, _IN_PRODUCTS = 100_000_000, 4_000_000_000


def has_rate_kernel(layer: LayerState) -> bool:
    """Whether the rate of every step, and each coefficient, can be known without asking Python."""
    schedules = [
        component
        for component in layer.components.values()
        if "schedule_rate" in interface_of(component).events
    ]
    schedules += [rule.term.schedule for rule in layer.scaled.values()]
    return all(
        schedule is None or "schedule_rate" in interface_of(schedule).kernels
        for schedule in schedules
    )


class FusedSteps(FusedStep):
    """The compiled steps of one layer that draws its inputs by itself."""

    several = True

    def __init__(self, layer: LayerState, batch: int, draw: Any) -> None:
        super().__init__(layer, batch, draw)
        sizes = layer.sizes
        most = _ONE_BY_ONE if batch == 1 else _IN_PRODUCTS
        self._most = max(1, most // (sizes["neuron"] * sizes["input"] * batch))
        # By the arrays of each listener that they copy or sum up.
        self._around: dict[Any, Callable[..., Any]] = {}

    def __call__(self) -> None:
        """Do one step."""
        self.run(1)

    def run(self, steps: int, taking: Collection[Frames] = ()) -> int:
        """Do up to so many steps of the epoch at hand, and take frames; how many were done."""
        clock, count = self.layer.clock, self._composition.count
        steps = min(steps, self._most)
        for frames in taking:
            steps = frames.begin(clock, steps)
        for frames in taking:
            frames.end_with(clock.step + steps)
        arguments = self._arguments(steps)
        if count is not None:
            count += steps
        if any(len(frames.due) for frames in taking):
            self._run_with(taking, arguments)
        else:
            self._kernel(*arguments)
        self._note_rate(steps)
        return steps

    def fills(self, array: Array) -> bool:
        """Whether an array is at each step of a stretch what it would be one by one."""
        count = self._composition.count
        return count is None or not np.may_share_memory(array, count)

    def _run_with(self, taken: Collection[Frames], arguments: tuple[Any, ...]) -> None:
        """Do the steps in a kernel around the kernel, which copies arrays in between."""
        several = self._cut[0] > 1 and may_start_threads()
        due, given, kept = [], [], []
        for frames in taken:
            copied, summed = frames.copied(), frames.summed()
            kept.append(
                (tuple(several and array.size > _WORTH_SHARING for array, _ in copied), len(summed))
            )
            due.append(frames.due - self.layer.clock.step)
            for array, slots in copied:
                given += [array, slots.flat, slots.slots, slots.parts, slots.run]
            for pair in summed:
                given += pair
        key = tuple(kept)
        if key not in self._around:
            self._around[key] = frames_kernel(self._kernel, key)
        self._around[key](*arguments, self.batch, tuple(due), tuple(given))

    def _note_rate(self, steps: int) -> None:
        """Leave the factor of the last step on the clock, as the plan does."""
        clock, schedule = self.layer.clock, self._composition.schedule
        if schedule is not None:
            clock.step += steps - 1
            clock.rate_factor = schedule()
            clock.step -= steps - 1


class Stretch:
    """Many steps at once, with the frames of the listeners who would only copy arrays.

    A listener offers to have its frames taken by a method `kept_in_stretch(layer)`, which returns
    an `Offer` or None. A step whose frame is taken is not heard as well.

    hearing    the agenda of all listeners
    offering   position in the agenda -> the listener with this method that has it to itself
    """

    def __init__(
        self, steps: FusedSteps, hearing: Agenda, offering: Mapping[int, Any], view: LayerView
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
