"""Formulas as text: "norm(weights, 'input') > 1" is read here, and computed in `labelled.py`.

Reading is by Python's own grammar, of which an expression may use numbers, names of arrays, + - * /
** and unary minus, comparisons, `and`, `or`, `not`, and calls of the functions below. Nothing else
is understood, so that a text from anywhere can be read: no attribute, no item, no other function.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from functools import cached_property
from typing import NoReturn, TypeGuard

import attrs

from plasticity.errors import ExpressionError, listed, nearest

# Functions of numbers at the same place of one array or several, and how many they take.
ELEMENTWISE = {
    "abs": 1,
    "exp": 1,
    "log": 1,
    "sign": 1,
    "sqrt": 1,
    "tanh": 1,
    "maximum": 2,
    "minimum": 2,
    "where": 3,
}
# Functions over dimensions: of an array, of a number where there is one more, and of the names of
# dimensions; of all where none is named.
REDUCTIONS = {
    "all": 1,
    "any": 1,
    "max": 1,
    "mean": 1,
    "min": 1,
    "norm": 1,
    "quantile": 2,
    "std": 1,
    "sum": 1,
}
KEYWORDS = {"norm": "p"}

_LONGEST = 1000
_DEEPEST = 50
_LARGEST_EXPONENT = 100
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_UNARY = (ast.USub, ast.UAdd, ast.Not)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_MAY = (
    "an expression has numbers, names of arrays, + - * / **, comparisons, and, or, not, and "
    "functions"
)


@attrs.frozen(eq=False)
class Expression:
    """A formula that has been read and found to hold nothing but arithmetic.

    text   as it was given, on one line
    tree   Python's syntax tree of it

    >>> Expression.parse("mean(activity**2) - threshold").names
    ('activity', 'threshold')
    """

    text: str
    tree: ast.expr
    _places: dict[str, ast.Name]

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays that it uses, in the order in which they occur."""
        return tuple(self._places)

    @staticmethod
    def parse(text: str) -> Expression:
        """Read an expression.

        Raises `ExpressionError` where it is none, with the text, the position in it and a way out.

        >>> Expression.parse("weights.shape")
        Traceback (most recent call last):
        plasticity.errors.ExpressionError: 'weights.shape', at position 1: an attribute cannot be \
asked for; an expression has numbers, names of arrays, + - * / **, comparisons, and, or, not, and \
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
        tree = _tree(text)
        places: dict[str, ast.Name] = {}
        _Reader(text, places).read(tree, 0)
        return Expression(text, tree, places)

    @cached_property
    def has_fixed_numbers(self) -> bool:
        """Whether which norm or quantile is taken is a number, and not itself made of arrays."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        numbers = [
            argument
            for call in calls
            if function_of(call) in REDUCTIONS
            for argument in (*call.args[1:], *(keyword.value for keyword in call.keywords))
        ]
        used = {
            node.id for number in numbers for node in ast.walk(number) if isinstance(node, ast.Name)
        }
        return used.isdisjoint(self.names)

    @cached_property
    def names_in_total(self) -> tuple[str, ...]:
        """The arrays of which it takes nothing but the mean or the sum over all their values.

        >>> Expression.parse("mean(y) + sum(weights) - mean(weights, 'input')").names_in_total
        ('y',)
        """
        if not self.has_fixed_numbers:
            return ()  # it is computed frame by frame, of whole arrays
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        totals = {id(call.args[0]) for call in calls if total_of(call) is not None}
        others = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and id(node) not in totals
        }
        return tuple(name for name in self.names if name not in others)

    @property
    def outermost(self) -> tuple[str, Expression, tuple[str, ...]] | None:
        """The reduction that is taken last: its name, of what, and the dimensions that it names.

        None where it ends with anything else.
        """
        tree = self.tree
        if not isinstance(tree, ast.Call) or function_of(tree) not in REDUCTIONS:
            return None
        inner = Expression(self.text, tree.args[0], self._places)
        return function_of(tree), inner, tuple(str(dim.value) for dim in dimensions_of(tree))

    def fail(self, node: ast.AST, message: str) -> NoReturn:
        """Raise `ExpressionError` for a part of the expression."""
        raise ExpressionError(f"{self.text!r}, at {_position(self.text, node)}: {message}")

    def check_names(self, known: Iterable[str]) -> None:
        """Raise `ExpressionError` where it uses a name that is not known."""
        known = tuple(known)
        for name, node in self._places.items():
            if name not in known:
                self.fail(
                    node,
                    f"there is no array {name!r}{nearest(name, known)} (there are {listed(known)})",
                )

    def __str__(self) -> str:
        return self.text


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, on texts that are refused below
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        place = f", at position {error.offset}" if error.offset else ""
        raise ExpressionError(f"{text!r}{place}: is no expression ({error.msg})") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        told = str(error) or "too deeply nested"
        raise ExpressionError(f"{text!r}: is no expression ({told})") from None


@attrs.frozen
class _Reader:
    """Walks through a tree, notes the arrays and refuses what does not belong there."""

    text: str
    places: dict[str, ast.Name]

    def read(self, node: ast.expr, depth: int) -> None:
        if depth > _DEEPEST:
            self._fail(node, f"is more than {_DEEPEST} levels deep; write a function in Python")
        match node:
            case ast.Name():
                self.places.setdefault(node.id, node)
                inner: list[ast.expr] = []
            case ast.Constant():
                self._check_number(node)
                inner = []
            case ast.BinOp(left=left, op=op, right=right):
                if not isinstance(op, _OPERATORS):
                    self._fail(node, f"this operator is not known; {_MAY}")
                self._check_exponent(op, right)
                inner = [left, right]
            case ast.UnaryOp(op=op, operand=operand):
                if not isinstance(op, _UNARY):
                    self._fail(node, f"this operator is not known; write not in place of ~; {_MAY}")
                inner = [operand]
            case ast.BoolOp(values=values):
                inner = values
            case ast.Compare(left=left, ops=ops, comparators=others):
                if not all(isinstance(op, _COMPARISONS) for op in ops):
                    self._fail(node, "compares by < <= > >= == != alone")
                inner = [left, *others]
            case ast.Call():
                inner = self._arguments(node)
            case _:
                self._fail(node, f"{_called(node)}; {_MAY}")
        for part in inner:
            self.read(part, depth + 1)

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        """The arguments of a call that are expressions themselves."""
        name = getattr(node.func, "id", None)
        known = ELEMENTWISE | REDUCTIONS
        if name not in known:
            told = "only functions can be called" if name is None else f"no function {name!r}"
            near = "" if name is None else nearest(name, known)
            self._fail(node, f"{told}{near} (there are {listed(known)})")
        number = known[name]
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self._fail(argument, "a * unpacks nothing here")
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg != KEYWORDS.get(name):
                self._fail(keyword.value, f"{name} has no argument {keyword.arg or '**'!r}")
        numbers, rest = node.args[:number], node.args[number:]
        if len(numbers) < number or any(map(_is_text, numbers)):
            noun = "argument" if number == 1 else "arguments"
            self._fail(node, f"{name} takes {number} {noun}, got {len(numbers)}")
        if rest and name in ELEMENTWISE:
            self._fail(rest[0], f"{name} takes {number}, got {len(node.args)}{_instead(name)}")
        for place, argument in enumerate(rest):
            if not _is_text(argument):
                self._fail(
                    argument,
                    f"{name} is followed by names of dimensions, as in {name}(..., 'input')"
                    f"{_instead(name)}",
                )
            if any(ast.dump(argument) == ast.dump(other) for other in rest[:place]):
                self._fail(argument, "this dimension is named twice")
        return [*numbers, *(keyword.value for keyword in node.keywords)]

    def _check_number(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._fail(node, "a string names a dimension, as in mean(weights, 'input')")
        if not isinstance(node.value, int | float):
            self._fail(node, f"{node.value!r} is no number")
        if isinstance(node.value, int) and node.value > 10**300:
            self._fail(node, "this number is too large")

    def _check_exponent(self, op: ast.operator, right: ast.expr) -> None:
        exponent = right.operand if isinstance(right, ast.UnaryOp) else right
        value = exponent.value if isinstance(exponent, ast.Constant) else 0
        if not isinstance(op, ast.Pow) or not isinstance(value, int | float):
            return
        if value > _LARGEST_EXPONENT:
            self._fail(right, f"an exponent is at most {_LARGEST_EXPONENT}")

    def _fail(self, node: ast.AST, message: str) -> NoReturn:
        raise ExpressionError(f"{self.text!r}, at {_position(self.text, node)}: {message}")


def function_of(node: ast.Call) -> str:
    """The name of the function that is called."""
    assert isinstance(node.func, ast.Name)  # as was seen at reading
    return node.func.id


def total_of(node: ast.Call) -> str | None:
    """The array of which a call takes the mean or the sum over all values; None where it does not.

    >>> total_of(ast.parse("mean(activity)", mode="eval").body)
    'activity'
    """
    array, *others = node.args
    if others or not isinstance(array, ast.Name) or function_of(node) not in ("mean", "sum"):
        return None
    return array.id


def dimensions_of(node: ast.Call) -> list[ast.Constant]:
    """The names of dimensions in a call of a reduction."""
    return [argument for argument in node.args if _is_text(argument)]


def _position(text: str, node: ast.AST) -> str:
    """Where in the text a part begins; Python counts bytes, and from 0."""
    offset = getattr(node, "col_offset", 0)
    return f"position {len(text.encode()[:offset].decode(errors='ignore')) + 1}"


def _is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _instead(name: str) -> str:
    """What is meant where somebody gives `min` two arrays, as Python's own takes them."""
    other = {"min": "minimum", "max": "maximum"}.get(name)
    return f"; {other}(a, b) takes the one or the other at each place" if other else ""


def _called(node: ast.expr) -> str:
    match node:
        case ast.Attribute():
            return "an attribute cannot be asked for"
        case ast.Subscript():
            return "an item cannot be asked for"
        case ast.IfExp():
            return "there is no if; write where(condition, a, b)"
        case _:
            return f"{type(node).__name__} is not known"
