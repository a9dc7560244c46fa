"""When somebody is due: every so many steps or epochs, at given steps, evenly over the decades.

Steps count from 1: step n is the n-th step of a layer, and an epoch ends with its last step. Step 0
is before the first, when `training_started` is heard and no other event.
"""

from __future__ import annotations

import numbers
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from math import inf, log10
from typing import Any, Protocol

import attrs
import numpy as np

from plasticity.components.interface import interface_of
from plasticity.components.rule import Rule
from plasticity.errors import EntryError
from plasticity.typing import Array

_TEXT = re.compile(r"\s*(\d+)\s*(steps?|epochs?|per decade)\s*")
MUST_BE = 'must be an integer from 1 (steps), a string like "2 epochs" or "10 per decade", or an '
MUST_BE += "object with following(step)"


def _in_order(steps: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(steps)))


class Following(Protocol):
    """Anything that tells the next step at which it is due."""

    def following(self, step: int) -> int | None:
        """The first step after `step` at which it is due; None where there is none.

        Whichever step it is asked for: it may be asked twice, or only for later ones.
        """


class Cadence:
    """Steps at which somebody is due, known in advance."""

    @staticmethod
    def of(every: Any, steps_per_epoch: int) -> Cadence:
        """The cadence that a setting tells: steps, a text, or a list of steps.

        Raises `EntryError` for what tells none.

        >>> str(Cadence.of("2 epochs", steps_per_epoch=72))
        'every 144 steps'
        >>> str(Cadence.of("10 per decade", steps_per_epoch=72))
        '10 times per decade of steps'
        >>> Cadence.of([100, 1], steps_per_epoch=72)
        GivenSteps(steps=(1, 100))
        """
        if isinstance(every, Cadence):
            return every
        if _is_whole(every):
            return Steps(int(every))
        if isinstance(every, list | tuple) and every and all(_is_whole(n, 0) for n in every):
            return GivenSteps(tuple(int(step) for step in every))
        found = _TEXT.fullmatch(every) if isinstance(every, str) else None
        if found is None or int(found[1]) < 1:
            raise EntryError(f"every {MUST_BE}, got {every!r}")
        number, unit = int(found[1]), found[2]
        if unit == "per decade":
            return LogSteps(number)
        return Steps(number * steps_per_epoch if unit.startswith("epoch") else number)

    def following(self, step: int) -> int | None:
        """The first step after `step` at which it is due; None where there is none."""
        raise NotImplementedError

    def count(self, after: int, until: int) -> int:
        """How often it is due after one step, until another."""
        raise NotImplementedError

    def thinned(self, times: int) -> Cadence:
        """Due at each so-many-th of these steps."""
        raise NotImplementedError


@attrs.frozen
class Steps(Cadence):
    """Due every so many steps.

    >>> Steps(100).following(250), Steps(100).count(0, 250), str(Steps(100).thinned(4))
    (300, 2, 'every 400 steps')
    """

    every: int

    def following(self, step: int) -> int:
        """The first multiple after a step."""
        return (step // self.every + 1) * self.every

    def count(self, after: int, until: int) -> int:
        """How often it is due after one step, until another."""
        return max(until // self.every - after // self.every, 0)

    def thinned(self, times: int) -> Steps:
        """Due at each so-many-th of these steps."""
        return Steps(self.every * times)

    def __str__(self) -> str:
        return f"every {self.every} steps" if self.every > 1 else "every step"


@attrs.frozen
class GivenSteps(Cadence):
    """Due at given steps, and no others.

    >>> cadence = GivenSteps((1, 10, 1000))
    >>> cadence.following(1), cadence.following(1000), cadence.count(1, 1000)
    (10, None, 2)
    """

    steps: tuple[int, ...] = attrs.field(converter=_in_order)

    def following(self, step: int) -> int | None:
        """The first of them after a step, or None."""
        place = bisect_right(self.steps, step)
        return self.steps[place] if place < len(self.steps) else None

    def count(self, after: int, until: int) -> int:
        """How many of them lie after one step, until another."""
        return max(bisect_right(self.steps, until) - bisect_right(self.steps, after), 0)

    def thinned(self, times: int) -> GivenSteps:
        """Each so-many-th of them."""
        return GivenSteps(self.steps[times - 1 :: times])

    def __str__(self) -> str:
        return f"at {len(self.steps)} given steps"


@attrs.frozen
class LogSteps(Cadence):
    """Due so many times a decade of steps, at the same distance of their logarithms.

        s_k = 10^(k / n) rounded to a whole step,   k = 0, 1, 2, ...

    The first steps lie nearer than one to each other, so they are fewer.

    >>> cadence = LogSteps(per_decade=2)
    >>> cadence.following(0), cadence.following(1), cadence.following(3), cadence.following(10)
    (1, 3, 10, 32)
    >>> cadence.count(0, 1000)
    7
    """

    per_decade: int
    times: int = 1

    def following(self, step: int) -> int:
        """The first of them after a step."""
        index = int(log10(step) * self.per_decade / self.times) - 1 if step > 0 else 0
        index = max(index, 0)
        while self._step(index) <= step:
            index += 1
        return self._step(index)

    def count(self, after: int, until: int) -> int:
        """How many of them lie after one step, until another."""
        found = 0
        while (after := self.following(after)) <= until:
            found += 1
        return found

    def thinned(self, times: int) -> LogSteps:
        """Each so-many-th of them."""
        return LogSteps(self.per_decade, self.times * times)

    def _step(self, index: int) -> int:
        exponent = index * self.times / self.per_decade
        # Far beyond the end of any run; a float ends at 10^308.
        return round(10**exponent) if exponent < 300 else 10**300

    def __str__(self) -> str:
        return f"{self.per_decade / self.times:g} times per decade of steps"


def is_cadence(every: Any) -> bool:
    """Whether the attribute `every` of a listener can be understood."""
    if callable(getattr(every, "following", None)):
        return True
    try:
        Cadence.of(every, 1)
    except EntryError:
        return False
    return True


def cadence_of(component: Any, steps_per_epoch: int, default: Any = 1) -> Following:
    """When a component wants to be called.

    It says so itself where it has a method `following`; or else by its attribute `every`.
    """
    interface = interface_of(component)
    # That of a rule gives a sum, whose coefficient follows a schedule.
    if interface.following is not None and not isinstance(component, Rule):
        own: Following = component
        return own
    every = default if interface.every is None else interface.every
    if callable(getattr(every, "following", None)):
        given: Following = every
        return given
    return Cadence.of(every, steps_per_epoch)


def due_between(cadence: Following, after: int, before: int, most: int) -> Array:
    """The steps between two others at which somebody is due; of these the first so many.

    >>> due_between(Steps(10), after=20, before=50, most=5)
    array([30, 40])
    >>> due_between(LogSteps(per_decade=1), after=0, before=10**9, most=3)
    array([  1,  10, 100])
    """
    if isinstance(cadence, Steps):
        begin = cadence.following(after)
        return np.arange(begin, min(before, begin + most * cadence.every), cadence.every)
    found: list[int] = []
    step = cadence.following(after)
    while step is not None and step < before and len(found) < most:
        found.append(step)
        step = cadence.following(step)
    return np.array(found, np.int64)


class Agenda:
    """Several who are due at steps of their own: who is next, and when.

    next   the next step at which anybody is due

    >>> agenda = Agenda([Steps(2), GivenSteps((4, 5))])
    >>> agenda.look_beyond(3)
    >>> agenda.next, agenda.due(4), agenda.due(5)
    (4, (0, 1), ())
    """

    def __init__(self, cadences: Iterable[Following]) -> None:
        self._cadences = tuple(cadences)
        self._next: list[float] = [inf] * len(self._cadences)
        self.next = inf

    def due(self, step: int) -> tuple[int, ...]:
        """The positions of those who are due at a step, which is not beyond `next`."""
        return tuple(place for place, due in enumerate(self._next) if due == step)

    def next_without(self, places: Collection[int]) -> float:
        """The next step at which anybody else is due."""
        others = (due for place, due in enumerate(self._next) if place not in places)
        return min(others, default=inf)

    def look_beyond(
        self, step: int, places: Iterable[int] | None = None, without: Collection[int] = ()
    ) -> None:
        """Ask everybody, or those at some places, anew when they are due next, after a step.

        without   places of those who are not asked
        """
        for place in range(len(self._cadences)) if places is None else places:
            if place in without:
                continue
            following = self._cadences[place].following(step)
            self._next[place] = inf if following is None else following
        self.next = min(self._next, default=inf)


def _is_whole(value: Any, least: int = 1) -> bool:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and int(value) >= least
