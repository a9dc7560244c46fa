"""When something is due: every few steps or epochs, at given steps, evenly over the decades.

Steps count from 1: step n is the n-th step of a layer, and an epoch ends with its last step. Step 0
is before the first, when `training_started` is emitted and no other event.
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


class Following(Protocol):
    """Anything with a method that returns the next step at which it is due."""

    def following(self, step: int) -> int | None:
        """Return the first step after `step` at which it is due, or None; not called in order."""


class Cadence(Following):
    """Steps at which something is due, known in advance."""

    @staticmethod
    def of(every: Any, steps_per_epoch: int) -> Cadence:
        """Return the cadence that a setting means: an integer, a string, or a list of steps.

        Raises `EntryError` for anything else.

        >>> str(Cadence.of("2 epochs", steps_per_epoch=72))
        'every 144 steps'
        >>> str(Cadence.of("10 per decade", steps_per_epoch=72))
        '10 times per decade of steps'
        >>> Cadence.of([100, 1], steps_per_epoch=72)
        GivenSteps(steps=(1, 100))
        """
        if isinstance(every, Cadence):
            return every
        if _is_integer(every):
            return Steps(int(every))
        if isinstance(every, list | tuple) and every and all(_is_integer(n, 0) for n in every):
            return GivenSteps(tuple(int(step) for step in every))
        parsed = _TEXT.fullmatch(every) if isinstance(every, str) else None
        if parsed is None or int(parsed[1]) < 1:
            raise EntryError(
                'every must be an integer from 1 (steps), a string like "2 epochs" or "10 per '
                f'decade", or an object with following(step), got {every!r}'
            )
        number, unit = int(parsed[1]), parsed[2]
        if unit == "per decade":
            return LogSteps(number)
        return Steps(number * steps_per_epoch if unit.startswith("epoch") else number)

    def count(self, after: int, until: int) -> int:
        """Return how often it is due after one step, until another."""
        count, following = 0, self.following(after)
        while following is not None and following <= until:
            count, following = count + 1, self.following(following)
        return count

    def thinned(self, times: int) -> Cadence:
        """Return the cadence of every `times`-th of these steps."""
        raise NotImplementedError


@attrs.frozen
class Steps(Cadence):
    """Multiples of a number of steps."""

    every: int

    def following(self, step: int) -> int:
        return (step // self.every + 1) * self.every

    def count(self, after: int, until: int) -> int:
        return max(until // self.every - after // self.every, 0)

    def thinned(self, times: int) -> Steps:
        return Steps(self.every * times)

    def __str__(self) -> str:
        return f"every {self.every} steps" if self.every > 1 else "every step"


def _in_order(steps: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(steps)))


@attrs.frozen
class GivenSteps(Cadence):
    """Given steps, and no others."""

    steps: tuple[int, ...] = attrs.field(converter=_in_order)

    def following(self, step: int) -> int | None:
        position = bisect_right(self.steps, step)
        return self.steps[position] if position < len(self.steps) else None

    def thinned(self, times: int) -> GivenSteps:
        return GivenSteps(self.steps[times - 1 :: times])

    def __str__(self) -> str:
        return f"at {len(self.steps)} given steps"


@attrs.frozen
class LogSteps(Cadence):
    """A number of steps per decade, at the same distance of their logarithms.

        s_k = 10^(k / n) rounded to an integer,   k = 0, 1, 2, ...

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
        index = max(int(log10(step) * self.per_decade / self.times) - 1, 0) if step > 0 else 0
        while self._step(index) <= step:
            index += 1
        return self._step(index)

    def thinned(self, times: int) -> LogSteps:
        return LogSteps(self.per_decade, self.times * times)

    def _step(self, index: int) -> int:
        exponent = index * self.times / self.per_decade
        # Far beyond the end of any run; a float ends at 10^308.
        return round(10**exponent) if exponent < 300 else 10**300

    def __str__(self) -> str:
        return f"{self.per_decade / self.times:g} times per decade of steps"


def given_cadence(every: Any, steps_per_epoch: int) -> Following:
    """Return the cadence that the attribute `every` of a component means, or refuse."""
    if callable(getattr(every, "following", None)):
        own: Following = every
        return own
    return Cadence.of(every, steps_per_epoch)


def cadence_of(component: Any, steps_per_epoch: int, default: Any = 1) -> Following:
    """Return when a component is due, by its method `following` or else its attribute `every`."""
    interface = interface_of(component)
    # That of a rule gives a sum, whose coefficient follows a schedule.
    if callable(interface.following) and not isinstance(component, Rule):
        return given_cadence(component, steps_per_epoch)
    return given_cadence(default if interface.every is None else interface.every, steps_per_epoch)


def due_between(cadence: Following, after: int, before: int, most: int) -> Array:
    """Return the steps between two others at which something is due, up to `most` of them.

    >>> due_between(Steps(10), after=20, before=50, most=5)
    array([30, 40])
    >>> due_between(LogSteps(per_decade=1), after=0, before=10**9, most=3)
    array([  1,  10, 100])
    """
    if isinstance(cadence, Steps):
        begin = cadence.following(after)
        return np.arange(begin, min(before, begin + most * cadence.every), cadence.every)
    steps: list[int] = []
    step = cadence.following(after)
    while step is not None and step < before and len(steps) < most:
        steps.append(step)
        step = cadence.following(step)
    return np.array(steps, np.int64)


class Agenda:
    """Several cadences, and which of them are due next; these are known by their positions."""

    def __init__(self, cadences: Iterable[Following]) -> None:
        self._cadences = tuple(cadences)
        self._next: list[float] = [inf] * len(self._cadences)
        self.next = inf

    def due(self, step: int) -> tuple[int, ...]:
        """Return those that are due at a step, which is not beyond `next`."""
        return tuple(position for position, due in enumerate(self._next) if due == step)

    def next_without(self, positions: Collection[int]) -> float:
        """Return the next step at which any other is due."""
        others = (due for position, due in enumerate(self._next) if position not in positions)
        return min(others, default=inf)

    def look_beyond(
        self, step: int, positions: Iterable[int] | None = None, without: Collection[int] = ()
    ) -> None:
        """Find when all, or those at some positions, are due next after a step."""
        for position in range(len(self._cadences)) if positions is None else positions:
            if position not in without:
                following = self._cadences[position].following(step)
                self._next[position] = inf if following is None else following
        self.next = min(self._next, default=inf)


def _is_integer(value: Any, least: int = 1) -> bool:
    integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return integer and int(value) >= least
