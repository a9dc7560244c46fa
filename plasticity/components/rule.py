"""Rules add up: `BCM() + 0.1 * Oja()`, each in its own phases and on its own schedule if asked.

A separable local rule is dW_ij = < phi_i x_j > - d_i w_ij. Hebb, Oja, BCM and Krotov-Hopfield
differ only in phi and d, so a sum of rules is formed before the matrix multiply, at no cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

import attrs
import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.hookspecs import hookimpl
from plasticity.typing import Array


@attrs.frozen
class Term:
    """One rule of a sum."""

    rule: Any  # a component, or a Reference to one
    coefficient: float = 1.0
    phases: tuple[str, ...] = ()  # in which it learns; empty: all
    schedule: Any = None  # as `rule`, of what gives a factor on the coefficient

    def learns_in(self, phase: str) -> bool:
        return not self.phases or phase in self.phases


class Rule:
    """Base class of rules, which gives them their arithmetic.

    Examples
    --------
    >>> class Hebb(Rule): ...
    >>> [term.coefficient for term in (Hebb() - 0.1 * Hebb()).terms]
    [1.0, -0.1]
    >>> Hebb().during("rearing").terms[0].phases
    ('rearing',)
    >>> (0.1 * Hebb().following("cosine")).terms[0].schedule
    'cosine'
    """

    @property
    def terms(self) -> tuple[Term, ...]:
        """The rule as terms of a sum."""
        return (Term(self),)

    def during(self, *phases: str) -> Sum:
        """Return the same rule, learning only in the phases of these names."""
        return self._with(lambda term: {"phases": phases})

    def following(self, schedule: Any) -> Sum:
        """Return the same rule, its coefficient multiplied by the factor of a schedule.

        The schedule is a component, its name, or a table with its name and settings.
        """
        return self._with(lambda term: {"schedule": schedule})

    def _with(self, change: Callable[[Term], dict[str, Any]]) -> Sum:
        return Sum(tuple(attrs.evolve(term, **change(term)) for term in self.terms))

    def __add__(self, other: Rule) -> Sum:
        return Sum(self.terms + other.terms)

    def __sub__(self, other: Rule) -> Sum:
        return self + -1 * other

    def __mul__(self, coefficient: float) -> Sum:
        return self._with(lambda term: {"coefficient": term.coefficient * float(coefficient)})

    __rmul__ = __mul__


@attrs.frozen(eq=False, repr=False)
class Sum(Rule):
    """Sum of rules, shown as it may be written in Python.

    >>> class Hebb(Rule):
    ...     def __repr__(self):
    ...         return "Hebb()"
    >>> Hebb() - 0.5 * Hebb().during("rearing", "test").following("cosine")
    Hebb() - 0.5 * Hebb().during('rearing', 'test').following('cosine')
    """

    terms: tuple[Term, ...]

    def __repr__(self) -> str:
        first, *others = self.terms
        signed = [(term, "-" if term.coefficient < 0 else "+") for term in others]
        rest = [f" {sign} {_as_code(term, abs(term.coefficient))}" for term, sign in signed]
        return _as_code(first, first.coefficient) + "".join(rest)


def _as_code(term: Term, coefficient: float) -> str:
    text = repr(term.rule)
    if term.phases:
        text += f".during({', '.join(map(repr, term.phases))})"
    if term.schedule is not None:
        text += f".following({term.schedule!r})"
    return text if coefficient == 1 else f"{coefficient:g} * {text}"


class ScaledRule:
    """Component that adds a multiple of what a rule adds, which writes into arrays of zeros first.

    All other events go to the rule itself. `arrays` and `labels` are those of the present batch.
    """

    def __init__(self, term: Term) -> None:
        self.rule, self.term = term.rule, term
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
        if self.term.schedule is None:
            return self.term.coefficient
        factor: float = self.term.schedule.schedule_rate(*[clock] * self._clocks)
        return self.term.coefficient * factor

    def _zeros(self, name: str, like: Array) -> Array:
        array = self._scratch.get(name)
        if array is None or array.shape != like.shape:
            array = self._scratch[name] = np.empty_like(like)
        array.fill(0)
        return array


@hookimpl
def _modulate(self: ScaledRule, modulation: Array, decay: Array, clock: Clock) -> None:
    self.add("modulate", clock, {"modulation": modulation, "decay": decay})


@hookimpl
def _propose_update(self: ScaledRule, update: Array, clock: Clock) -> None:
    self.add("propose_update", clock, {"update": update})


_SCALED: dict[str, Callable[..., Any]] = {"modulate": _modulate, "propose_update": _propose_update}
