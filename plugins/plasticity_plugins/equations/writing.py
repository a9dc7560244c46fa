"""Terms written as functions in Python: of numbers, for Numba, or of arrays, for NumPy."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity import njit
from plasticity.typing import Array, Scalar
from plasticity_plugins.equations.terms import OF_SYNAPSE, SYMBOLS, Term, called

_ARITHMETIC: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Pow: "**"}
_COMPARISONS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# Numba multiplies out the powers that are integers in the text.
_LARGEST_POWER = 100


@attrs.frozen(eq=False)
class Part:
    """Sums of terms as a function of symbols and of the numbers in them.

    text      source of the function, made of known words and of nothing else
    symbols   its first arguments
    numbers   the values of the others: number_0, number_1, ...
    function  what the text says
    """

    text: str
    symbols: tuple[str, ...]
    numbers: dict[str, float]
    function: Callable[..., Any]

    @staticmethod
    def of(*sums: list[Term], arrays: bool = True) -> Part:
        """Return the function of these sums, for arrays as in NumPy or for numbers."""
        writer = _Writer(arrays)
        returned = ", ".join(writer.total(terms) for terms in sums)
        used = frozenset().union(*(term.symbols for terms in sums for term in terms))
        symbols = tuple(symbol for symbol in SYMBOLS if symbol in used)
        arguments = ", ".join([*symbols, *(f"{name}=1.0" for name in writer.numbers)])
        text = f"def equation({arguments}):\n    return {returned}\n"
        return Part(text, symbols, writer.numbers, function_of(text, arrays))

    def __call__(self, arrays: Mapping[str, Array], number: Callable[[float], Any]) -> Any:
        """Return the value for these arrays, its numbers made of the type of the layer."""
        values = map(number, self.numbers.values())
        with np.errstate(all="ignore"):
            return self.function(*(arrays[symbol] for symbol in self.symbols), *values)


def function_of(text: str, arrays: bool) -> Callable[..., Any]:
    """Return the function of a text that `Part` wrote."""
    divided = _divided_arrays if arrays else _divided
    namespace: dict[str, Any] = {"np": np, "divided": divided, "__name__": __name__}
    exec(text, namespace)
    function: Callable[..., Any] = namespace["equation"]
    return function


@njit(error_model="numpy")
def _divided(a: Scalar, b: Scalar) -> Scalar:
    """Return a / b, and 0 where both are 0."""
    return a / b if a != 0 or b != 0 else a


def _divided_arrays(a: Any, b: Any) -> Any:
    return np.where((a != 0) | (b != 0), a / b, a)


def separated(terms: list[Term]) -> Part | None:
    """Return the function of phi, or of phi and d, if the terms are phi x - d w; else None."""
    phi, d = [], []
    for term in terms:
        if rest := term.without("x"):
            phi.append(rest)
        elif rest := term.without("w", -1):
            d.append(rest)
        else:
            return None
    return Part.of(phi, d, arrays=False) if d else Part.of(phi, arrays=False)


@attrs.frozen(eq=False)
class Product:
    """A term that is a function of the neuron times one of x times one of w; None for 1."""

    neuron: Part
    inputs: Part | None
    weights: Part | None


def products_of(terms: list[Term]) -> tuple[list[Product], Part | None]:
    """Return the terms that are separable products, and the sum of the others, if any."""
    products, others = [], []
    for term in terms:
        of_inputs = [factor for factor in term.factors if factor.symbols == {"x"}]
        of_weights = [factor for factor in term.factors if factor.symbols == {"w"}]
        of_neuron = [factor for factor in term.factors if not factor.symbols & OF_SYNAPSE]
        if len(of_inputs) + len(of_weights) + len(of_neuron) < len(term.factors):
            others.append(term)
            continue
        products.append(
            Product(
                Part.of([term.of(of_neuron)]),
                Part.of([Term(tuple(of_inputs))]) if of_inputs else None,
                Part.of([Term(tuple(of_weights))]) if of_weights else None,
            )
        )
    return products, Part.of(others) if others else None


@attrs.frozen
class _Writer:
    """Writes parts of a tree; sums and products of terms flat, all else in brackets."""

    arrays: bool
    numbers: dict[str, float] = attrs.field(factory=dict)

    def total(self, terms: list[Term]) -> str:
        if not terms:
            return self._constant(0.0)
        signed = [f"{'-' if term.sign < 0 else '+'} {self._product(term)}" for term in terms]
        return " ".join(signed).removeprefix("+ ")

    def _product(self, term: Term) -> str:
        text = ""
        for factor in term.factors:
            if factor.divides:
                text = self._quotient(text or self._constant(1.0), factor.node)
            else:
                text = f"{text} * {self._number(factor.node)}".removeprefix(" * ")
        return text or self._constant(1.0)

    def _constant(self, value: float) -> str:
        # An argument has the type of the layer, and to change its value compiles nothing.
        name = f"number_{len(self.numbers)}"
        self.numbers[name] = value
        return name

    def _number(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Constant(value=float(value)):
                return self._constant(value)
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=float(power))) if (
                power.is_integer() and abs(power) <= _LARGEST_POWER
            ):
                return f"({self._number(left)} ** {int(power)})"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._quotient(self._number(left), right)
            case ast.BinOp(left=left, op=op, right=right):
                return f"({self._number(left)} {_ARITHMETIC[type(op)]} {self._number(right)})"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self._number(operand)})"
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._number(operand)
            case ast.Call(args=[condition, one, other]):
                return self._choice(self._truth(condition), self._number(one), self._number(other))
            case ast.Call(args=arguments):
                return f"np.{called(node)}({', '.join(map(self._number, arguments))})"
        return self._choice(self._truth(node), self._constant(1.0), self._constant(0.0))

    def _truth(self, node: ast.expr) -> str:
        match node:
            case ast.BoolOp(op=op, values=values):
                word = " & " if isinstance(op, ast.And) else " | "
                return f"({word.join(map(self._truth, values))})"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"({self._truth(operand)} != True)"
            case ast.Compare(left=left, ops=ops, comparators=others):
                numbers = [self._number(part) for part in (left, *others)]
                pairs = zip(numbers[:-1], ops, numbers[1:], strict=True)
                compared = [f"({a} {_COMPARISONS[type(op)]} {b})" for a, op, b in pairs]
                return f"({' & '.join(compared)})"
        return f"({self._number(node)} != {self._constant(0.0)})"

    def _quotient(self, dividend: str, divisor: ast.expr) -> str:
        if isinstance(divisor, ast.Constant):  # which is not 0
            return f"({dividend} / {self._number(divisor)})"
        return f"divided({dividend}, {self._number(divisor)})"

    def _choice(self, condition: str, one: str, other: str) -> str:
        if self.arrays:
            return f"np.where({condition}, {one}, {other})"
        return f"({one} if {condition} else {other})"
