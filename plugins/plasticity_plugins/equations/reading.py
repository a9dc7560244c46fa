"""From the text of an equation to its terms, with what a rule cannot see or do refused."""

import ast
import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import attrs
import numpy as np

from plasticity import Expression
from plasticity.errors import listed, nearest
from plasticity_plugins.equations.terms import (
    SYMBOLS,
    Term,
    called,
    multiplied_out,
    single,
    symbols_of,
)
from plasticity_plugins.equations.writing import Part

FUNCTIONS = ("abs", "exp", "log", "maximum", "minimum", "sign", "sqrt", "tanh", "where")


def terms_of(equation: Expression, constants: Mapping[str, float]) -> list[Term]:
    """Return the terms of an equation, with numbers in place of the names of constants.

    Raises `ExpressionError` for what a rule cannot see or do, at its place in the text.

    >>> [sorted(term.symbols) for term in terms_of(Expression.parse("y*(x - a*w)"), {"a": 2.0})]
    [['x', 'y'], ['w', 'y']]
    """
    return multiplied_out(_Reader(equation, constants).visit(deepcopy(equation.tree)))


@attrs.frozen
class _Reader(ast.NodeTransformer):
    """Puts numbers in place of the constants and of all that is made of numbers alone."""

    equation: Expression
    constants: Mapping[str, float]

    def visit(self, node: ast.AST) -> Any:
        match node:
            case ast.Name():
                return self._named(node)
            case ast.Constant(value=value):
                return self._number(node, float(value))  # type: ignore[arg-type]  # no text is left
            case ast.Call():
                self._check_function(node)
                node.args = [self.visit(argument) for argument in node.args]
            case _:
                self.generic_visit(node)
        if isinstance(node, ast.expr) and not symbols_of(node):
            return self._number(node, float(Part.of([single(node)])({}, np.float64)))
        match node:
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=0)):
                self.equation.fail(node.right, "nothing can be divided by 0")
            case ast.Compare(comparators=[*middle, _]):
                for between in middle:
                    if not isinstance(between, ast.Name | ast.Constant):
                        self.equation.fail(between, "this is compared twice; write a < b and b < c")
        return node

    def _named(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self.constants:
            return self._number(node, self.constants[name])
        if name not in SYMBOLS:
            symbol = next((key for key, array in SYMBOLS.items() if array == name), None)
            near = f"; write {symbol}" if symbol else nearest(name, SYMBOLS)
            self.equation.fail(
                node,
                f"there is no {name!r}{near} (a rule sees {listed(SYMBOLS)}; a number of your own "
                f"is given in constants = {{ {name} = 0.1 }})",
            )
        return node

    def _number(self, node: ast.AST, value: float) -> ast.expr:
        if not math.isfinite(value):
            self.equation.fail(node, f"this is {value}, where a finite number belongs")
        return ast.copy_location(ast.Constant(value), node)

    def _check_function(self, node: ast.Call) -> None:
        name = called(node)
        if name not in FUNCTIONS:
            self.equation.fail(
                node,
                f"{name} takes many values, where a rule sees one neuron, one input and one sample "
                f"(its functions are {listed(FUNCTIONS)})",
            )
