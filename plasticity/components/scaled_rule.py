"""A rule with a coefficient, a schedule, or phases in which it learns, as one component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.components.rule import Term
from plasticity.components.variable import Array
from plasticity.hookspecs import hookimpl


class ScaledRule:
    """Adds a multiple of what a rule adds: the rule writes into arrays of zeros first.

    All other events go to the rule itself. `arrays` is what the events of the layer hand over for
    the batch at hand; the loop keeps it up to date.
    """

    def __init__(self, term: Term) -> None:
        self.rule = term.rule
        self.term = term
        interface = interface_of(term.rule)
        self.label, self.every = interface.label, interface.every
        self.looks_at = interface.looks_at
        self.arrays: Mapping[str, Array] = {}
        self.labels: Mapping[str, Array] = {}
        self._scratch: dict[str, Array] = {}
        self._arguments = interface.events
        scheduled = interface_of(term.schedule).events
        self._clocks = len(scheduled.get("schedule_rate", ()))  # none, or the clock alone
        for event in interface.events:
            scaled = MethodType(_SCALED[event], self) if event in _SCALED else None
            setattr(self, event, scaled or getattr(term.rule, event))

    def add(self, event: str, clock: Clock, targets: Mapping[str, Array]) -> None:
        """Let the rule answer the event on zeros and add the multiple of them to the targets."""
        if not self.term.learns_in(clock.phase):
            return
        scratch = {name: self._zeros(name, array) for name, array in targets.items()}
        known = {**self.arrays, **self.labels, **scratch, "clock": clock}
        getattr(self.rule, event)(*(known[name] for name in self._arguments[event]))
        coefficient = self.coefficient(clock)
        for name, array in targets.items():
            scratch[name] *= array.dtype.type(coefficient)
            array += scratch[name]

    def coefficient(self, clock: Clock) -> float:
        """The coefficient at this step, by its schedule if there is one."""
        schedule = self.term.schedule
        if schedule is None:
            return self.term.coefficient
        factor: float = schedule.schedule_rate(*[clock] * self._clocks)
        return self.term.coefficient * factor

    def _zeros(self, name: str, like: Array) -> Array:
        found = self._scratch.get(name)
        if found is None or found.shape != like.shape:
            found = self._scratch[name] = np.empty_like(like)
        found.fill(0)
        return found


@hookimpl
def _modulate(self: ScaledRule, modulation: Array, decay: Array, clock: Clock) -> None:
    self.add("modulate", clock, {"modulation": modulation, "decay": decay})


@hookimpl
def _propose_update(self: ScaledRule, update: Array, clock: Clock) -> None:
    self.add("propose_update", clock, {"update": update})


_SCALED: dict[str, Callable[..., Any]] = {"modulate": _modulate, "propose_update": _propose_update}
