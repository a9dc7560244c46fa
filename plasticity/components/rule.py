"""Rules add up: `BCM() + 0.1 * Oja()`, each in its own phases and on its own schedule if asked.

A separable local rule is dW_ij = < phi_i x_j > - d_i w_ij. Hebb, Oja, BCM and Krotov-Hopfield
differ only in phi and d, so a sum of rules is formed before the matrix multiply, at no cost.
"""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Term:
    """One rule of a sum.

    rule         a component, or a Reference to one
    coefficient  factor on what it adds
    phases       names of those in which it learns; empty: all
    schedule     the same, of what gives the factor on the coefficient; or None
    """

    rule: Any
    coefficient: float = 1.0
    phases: tuple[str, ...] = ()
    schedule: Any = None

    def learns_in(self, phase: str) -> bool:
        """Whether the term changes weights in the phase of this name."""
        return not self.phases or phase in self.phases


class Rule:
    """Base of rules; gives them their arithmetic.

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
        """The same rule, learning only in the phases of these names."""
        return Sum(tuple(attrs.evolve(term, phases=phases) for term in self.terms))

    def following(self, schedule: Any) -> Sum:
        """The same rule, its coefficient multiplied by the factor of a schedule at each step.

        schedule   a component, its name, or a table with its name and settings
        """
        return Sum(tuple(attrs.evolve(term, schedule=schedule) for term in self.terms))

    def __add__(self, other: Rule) -> Sum:
        return Sum(self.terms + other.terms)

    def __sub__(self, other: Rule) -> Sum:
        return self + -1 * other

    def __mul__(self, coefficient: float) -> Sum:
        return Sum(
            tuple(
                attrs.evolve(term, coefficient=term.coefficient * float(coefficient))
                for term in self.terms
            )
        )

    __rmul__ = __mul__


class Sum(Rule):
    """A sum of rules, shown as it may be written in Python.

    >>> class Hebb(Rule):
    ...     def __repr__(self):
    ...         return "Hebb()"
    >>> Hebb() - 0.5 * Hebb().during("rearing", "test").following("cosine")
    Hebb() - 0.5 * Hebb().during('rearing', 'test').following('cosine')
    """

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._terms = terms

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms, in the order in which they were added."""
        return self._terms

    def __repr__(self) -> str:
        first, *others = self._terms
        return _written(first, first.coefficient) + "".join(
            f" {'-' if term.coefficient < 0 else '+'} {_written(term, abs(term.coefficient))}"
            for term in others
        )


def _written(term: Term, coefficient: float) -> str:
    """Return a term as Python code, with this coefficient."""
    text = repr(term.rule)
    if term.phases:
        text += f".during({', '.join(map(repr, term.phases))})"
    if term.schedule is not None:
        text += f".following({term.schedule!r})"
    return text if coefficient == 1 else f"{coefficient:g} * {text}"
