"""An equation as a sum of terms, each a product of what a neuron sees, of x and of w."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import attrs

# What an equation may name: the symbol of the papers and the array behind it.
SYMBOLS = {
    "y": "activity",
    "u": "current",
    "theta": "threshold",
    "slope": "slope",
    "x": "x",
    "w": "weights",
}
OF_SYNAPSE = frozenset("xw")

_MOST_TERMS = 50


@attrs.frozen(eq=False)
class Factor:
    """A part of a term that multiplies or divides the others."""

    node: ast.expr
    divides: bool = False

    @property
    def symbols(self) -> frozenset[str]:
        """Return the symbols that it uses."""
        return symbols_of(self.node)


@attrs.frozen(eq=False)
class Term:
    """A product that is added or, with the sign -1, subtracted."""

    factors: tuple[Factor, ...]
    sign: int = 1

    @property
    def symbols(self) -> frozenset[str]:
        """Return the symbols that it uses."""
        return frozenset().union(*(factor.symbols for factor in self.factors))

    def of(self, factors: Iterable[Factor], sign: int = 1) -> Term:
        """Return the term with these factors in place of its own, and maybe the other sign."""
        return Term(tuple(factors), self.sign * sign)

    def without(self, symbol: str, sign: int = 1) -> Term | None:
        """Return the term without its factor x (or w); None if it is not linear in it."""
        found = [factor for factor in self.factors if factor.symbols & OF_SYNAPSE]
        if len(found) != 1 or found[0].divides:
            return None
        node = found[0].node
        if not isinstance(node, ast.Name) or node.id != symbol:
            return None
        return self.of((factor for factor in self.factors if factor is not found[0]), sign)


def multiplied_out(node: ast.expr) -> list[Term]:
    """Return the terms of a tree, its products multiplied out as far as x and w are in them.

    >>> tree = ast.parse("y * (x - 2 * w)", mode="eval").body
    >>> [(term.sign, sorted(term.symbols)) for term in multiplied_out(tree)]
    [(1, ['x', 'y']), (-1, ['w', 'y'])]
    """
    if not symbols_of(node) & OF_SYNAPSE:
        return [single(node)]
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return multiplied_out(left) + multiplied_out(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return multiplied_out(left) + _negated(multiplied_out(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _negated(multiplied_out(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return multiplied_out(operand)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            ones, others = multiplied_out(left), multiplied_out(right)
            if len(ones) * len(others) <= _MOST_TERMS:
                return [a.of(a.factors + b.factors, b.sign) for a in ones for b in others]
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            divisor = Factor(right, divides=True)
            return [term.of((*term.factors, divisor)) for term in multiplied_out(left)]
    return [single(node)]


def single(node: ast.expr) -> Term:
    """Return a term that is not multiplied out."""
    return Term((Factor(node),))


def symbols_of(node: ast.AST) -> frozenset[str]:
    """Return the symbols in a tree."""
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return frozenset(names & SYMBOLS.keys())


def called(node: ast.Call) -> str:
    """Return the name of the function that is called."""
    assert isinstance(node.func, ast.Name)  # an expression calls functions by name alone
    return node.func.id


def _negated(terms: list[Term]) -> list[Term]:
    return [term.of(term.factors, -1) for term in terms]
