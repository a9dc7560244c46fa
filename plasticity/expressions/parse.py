"""Parser of formulas such as "norm(weights, 'input') > 1", which `evaluate.py` computes.

The grammar is that of Python, restricted to numbers, names of arrays, + - * / ** and unary minus,
comparisons, `and`, `or`, `not`, and calls of the functions below. Nothing else is understood, no
attribute, item or other function, so that a string from an untrusted source can be parsed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, reduce
from typing import Any, NoReturn, TypeGuard

import attrs
import numpy as np

from plasticity.errors import ExpressionError, listed, nearest

# Elementwise functions, with their numbers of arguments.
ELEMENTWISE = dict.fromkeys(("abs", "exp", "log", "sign", "sqrt", "tanh"), 1)
ELEMENTWISE |= {"maximum": 2, "minimum": 2, "where": 3}
# Reductions of an array, with a number if they take two arguments, over the dimensions whose names
# follow, or over all.
REDUCTIONS = dict.fromkeys(("all", "any", "max", "mean", "min", "norm", "std", "sum"), 1)
REDUCTIONS |= {"quantile": 2}
KEYWORDS = {"norm": "p"}

_LONGEST = 1000
_DEEPEST = 50
_LARGEST_EXPONENT = 100
_GRAMMAR = (
    "an expression has numbers, names of arrays, + - * / **, comparisons, and, or, not, and "
    "functions"
)


def _all_of(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: reduce(function, values)


OPERATORS: dict[type[ast.AST], Any] = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply}
OPERATORS |= {ast.Div: np.divide, ast.Pow: np.power, ast.USub: np.negative, ast.UAdd: np.positive}
OPERATORS |= {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Eq: np.equal, ast.NotEq: np.not_equal}
OPERATORS |= {ast.Gt: np.greater, ast.GtE: np.greater_equal, ast.Not: np.logical_not}
OPERATORS |= {ast.And: _all_of(np.logical_and), ast.Or: _all_of(np.logical_or)}

_REFUSALS: dict[type[ast.AST], str] = {  # of other operators and nodes
    ast.Attribute: f"attributes are not allowed; {_GRAMMAR}",
    ast.Subscript: f"items are not allowed; {_GRAMMAR}",
    ast.IfExp: f"there is no if; write where(condition, a, b); {_GRAMMAR}",
    ast.BinOp: f"this operator is not known; {_GRAMMAR}",
    ast.UnaryOp: f"this operator is not known; write not in place of ~; {_GRAMMAR}",
    ast.Compare: "compares by < <= > >= == != alone",
}


@attrs.frozen(eq=False)
class Expression:
    """Parsed formula, known to hold nothing but arithmetic.

    text   its source on one line
    tree   its syntax tree

    >>> Expression.parse("mean(activity**2) - threshold").names
    ('activity', 'threshold')
    """

    text: str
    tree: ast.expr

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays in order of their first use."""
        return tuple(dict.fromkeys(node.id for node in _names_in(self.tree)))

    @staticmethod
    def parse(text: str) -> Expression:
        """Parse an expression, or raise `ExpressionError` with the position of the mistake.

        >>> Expression.parse("weights.shape")
        Traceback (most recent call last):
        plasticity.errors.ExpressionError: 'weights.shape', at position 1: attributes are not \
allowed; an expression has numbers, names of arrays, + - * / **, comparisons, and, or, not, and \
functions
        """
        if not isinstance(text, str):
            raise ExpressionError(f"an expression must be a string, got {text!r}")
        text = " ".join(text.split())
        if len(text) > _LONGEST:
            raise ExpressionError(
                f"{text[:40] + '...'!r}: has {len(text)} characters, and an expression at most "
                f"{_LONGEST}; write a function in Python"
            )
        expression = Expression(text, _tree(text))
        _check(expression, expression.tree, 0)
        return expression

    @cached_property
    def _calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @cached_property
    def has_fixed_numbers(self) -> bool:
        """Whether the numbers of all norms and quantiles are independent of the arrays."""
        reductions = (call for call in self._calls if function_of(call) in REDUCTIONS)
        numbers = (number for call in reductions for number in operands(call)[1:])
        return not any(name for number in numbers for name in _names_in(number))

    @cached_property
    def names_in_total(self) -> tuple[str, ...]:
        """The arrays that are used only in means or sums over all their values."""
        if not self.has_fixed_numbers:
            return ()  # it is evaluated frame by frame
        totals = {id(call.args[0]) for call in self._calls if total_of(call) is not None}
        others = {node.id for node in _names_in(self.tree) if id(node) not in totals}
        return tuple(name for name in self.names if name not in others)

    @property
    def outermost(self) -> tuple[str, Expression, tuple[str, ...]] | None:
        """Name, argument and named dimensions of the last reduction, or None."""
        tree = self.tree
        if not isinstance(tree, ast.Call) or function_of(tree) not in REDUCTIONS:
            return None
        inner = Expression(self.text, tree.args[0])
        return function_of(tree), inner, tuple(str(dim.value) for dim in dimensions_of(tree))

    def fail(self, node: ast.AST, message: str) -> NoReturn:
        """Raise `ExpressionError` with the position of a node."""
        offset = getattr(node, "col_offset", 0)  # in bytes
        position = len(self.text.encode()[:offset].decode(errors="ignore")) + 1
        raise ExpressionError(f"{self.text!r}, at position {position}: {message}")

    def check_names(self, known: Iterable[str]) -> None:
        """Raise `ExpressionError` if it uses an unknown name."""
        known = tuple(known)
        for name in self.names:
            if name not in known:
                node = next(node for node in _names_in(self.tree) if node.id == name)
                near = f"{nearest(name, known)} (there are {listed(known)})"
                self.fail(node, f"there is no array {name!r}{near}")

    def __str__(self) -> str:
        return self.text


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, on strings that are refused below
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        where = f", at position {error.offset}" if error.offset else ""
        raise ExpressionError(f"{text!r}{where}: is no expression ({error.msg})") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        reason = str(error) or "too deeply nested"
        raise ExpressionError(f"{text!r}: is no expression ({reason})") from None


def _check(expression: Expression, node: ast.expr, depth: int) -> None:
    if depth > _DEEPEST:
        expression.fail(node, f"is more than {_DEEPEST} levels deep; write a function in Python")
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, str):
            expression.fail(node, "a string names a dimension, as in mean(weights, 'input')")
        if not isinstance(value, int | float):
            expression.fail(node, f"{value!r} is no number")
        if isinstance(value, int) and value > 10**300:
            expression.fail(node, "this number is too large")
    elif isinstance(node, ast.Call):
        _check_call(expression, node)
    elif isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare):
        operators = node.ops if isinstance(node, ast.Compare) else [node.op]
        if not all(type(operator) in OPERATORS for operator in operators):
            expression.fail(node, _REFUSALS[type(node)])
        match node:
            case ast.BinOp(
                op=ast.Pow(),
                right=(ast.Constant(value=value) | ast.UnaryOp(operand=ast.Constant(value=value))),
            ) if isinstance(value, int | float) and value > _LARGEST_EXPONENT:
                expression.fail(node.right, f"an exponent is at most {_LARGEST_EXPONENT}")
    elif not isinstance(node, ast.Name):
        unknown = f"{type(node).__name__} is not known; {_GRAMMAR}"
        expression.fail(node, _REFUSALS.get(type(node), unknown))
    for part in operands(node):
        _check(expression, part, depth + 1)


def operands(node: ast.expr) -> list[ast.expr]:
    """Return the expressions of which a node computes its value."""
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return [argument for argument in given if not _is_text(argument)]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _names_in(node: ast.expr) -> Iterator[ast.Name]:
    if isinstance(node, ast.Name):
        yield node
    for part in operands(node):
        yield from _names_in(part)


def _check_call(expression: Expression, node: ast.Call) -> None:
    name = getattr(node.func, "id", None)
    known = ELEMENTWISE | REDUCTIONS
    if name not in known:
        wrong = "only functions can be called" if name is None else f"no function {name!r}"
        near = "" if name is None else nearest(name, known)
        expression.fail(node, f"{wrong}{near} (there are {listed(known)})")
    number = known[name]
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            expression.fail(argument, "a * unpacks nothing here")
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg != KEYWORDS.get(name):
            expression.fail(keyword.value, f"{name} has no argument {keyword.arg or '**'!r}")
    numbers, rest = node.args[:number], node.args[number:]
    if len(numbers) < number or any(map(_is_text, numbers)):
        noun = "argument" if number == 1 else "arguments"
        expression.fail(node, f"{name} takes {number} {noun}, got {len(numbers)}")
    if rest and name in ELEMENTWISE:
        expression.fail(rest[0], f"{name} takes {number}, got {len(node.args)}{_instead(name)}")
    for index, argument in enumerate(rest):
        if not _is_text(argument):
            example = f"as in {name}(..., 'input'){_instead(name)}"
            expression.fail(argument, f"{name} is followed by names of dimensions, {example}")
        if any(argument.value == other.value for other in rest[:index] if _is_text(other)):
            expression.fail(argument, "this dimension is named twice")


def function_of(node: ast.Call) -> str:
    """Return the name of the called function."""
    assert isinstance(node.func, ast.Name)  # checked when parsed
    return node.func.id


def total_of(node: ast.Call) -> str | None:
    """Return the array whose total mean or sum a call takes; None for another call."""
    array, *others = node.args
    if others or not isinstance(array, ast.Name) or function_of(node) not in ("mean", "sum"):
        return None
    return array.id


def dimensions_of(node: ast.Call) -> list[ast.Constant]:
    """Return the dimensions named in a call of a reduction."""
    return [argument for argument in node.args if _is_text(argument)]


def _is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _instead(name: str) -> str:
    """Return a hint for `min` and `max` of two arrays, as in Python."""
    other = {"min": "minimum", "max": "maximum"}.get(name)
    return f"; {other}(a, b) takes the one or the other at each place" if other else ""
