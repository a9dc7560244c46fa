"""Values of expressions for arrays with named dimensions."""

import ast
import math
from collections.abc import Callable, Mapping
from functools import partial, reduce
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import numpy as np

from plasticity.errors import listed, nearest
from plasticity.expressions.parse import (
    ELEMENTWISE,
    OPERATORS,
    Expression,
    dimensions_of,
    function_of,
    operands,
    total_of,
)
from plasticity.typing import Array

# Dimension along which arrays hold frame after frame. With a space in it, no formula can name it.
FRAME = "each frame"


class Labelled(NamedTuple):
    """Array or number, and the names of its dimensions in order."""

    values: Any
    dims: tuple[str, ...]


def evaluate(expression: Expression, arrays: Mapping[str, Labelled]) -> Labelled:
    """Return the value of an expression for these arrays.

    Arrays are broadcast by the names of their dimensions; those of one must be among those of the
    other. Overflow and undefined operations silently give inf and NaN. Numbers take the type of the
    array that they meet; true counts 1.
    """
    expression.check_names(arrays)
    with np.errstate(all="ignore"):
        values, dims = _Evaluation(expression, arrays).of(expression.tree)
    return Labelled(np.asarray(values), dims)


class Total(NamedTuple):
    """Sum (frame,) of all values of an array in each frame, and their number."""

    sums: Array
    number: int


def compute_frames(
    expression: Expression,
    arrays: Mapping[str, Labelled],
    count: int,
    totals: Mapping[str, Total] = MappingProxyType({}),
) -> Labelled:
    """Return the value of an expression for each of `count` frames, at once if possible.

    The value of a frame is the same bit for bit whatever the others are.

    arrays   with `FRAME` as their first dimension, like the result
    totals   sums of arrays of which the expression uses nothing else, in place of these
    """
    if expression.has_fixed_numbers:
        with np.errstate(all="ignore"):
            values, dims = _Evaluation(expression, arrays, totals).of(expression.tree)
        values = np.asarray(values) if FRAME in dims else np.asarray(values)[np.newaxis]
        dims = (FRAME, *(dim for dim in dims if dim != FRAME))
        return Labelled(np.broadcast_to(values, (count, *values.shape[1:])), dims)
    each = []
    for k in range(count):
        frame = {name: Labelled(a.values[k], a.dims[1:]) for name, a in arrays.items()}
        each.append(evaluate(expression, frame))
    return Labelled(np.stack([frame.values for frame in each]), (FRAME, *each[0].dims))


@attrs.define(eq=False)
class _Evaluation:
    """Recursive evaluation of a syntax tree."""

    _expression: Expression
    _arrays: Mapping[str, Labelled]
    _totals: Mapping[str, Total] = MappingProxyType({})

    def of(self, node: ast.expr) -> Labelled:
        match node:
            case ast.Name():
                return self._arrays[node.id]
            case ast.Constant(value=value):
                # Python's own float takes the type of the array that it meets.
                number: Any = value
                return Labelled(number if isinstance(number, bool) else float(number), ())
            case ast.UnaryOp(op=op, operand=operand):
                return self._apply(OPERATORS[type(op)], node, operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._apply(OPERATORS[type(op)], node, left, right)
            case ast.BoolOp(op=op, values=values):
                return self._apply(OPERATORS[type(op)], node, *values)
            case ast.Compare(left=left, ops=ops, comparators=others):
                pairs = zip(ops, pairwise([left, *others]), strict=True)
                compared = [self._apply(OPERATORS[type(op)], node, *pair) for op, pair in pairs]
                return reduce(partial(self._broadcast, np.logical_and, node), compared)
            case ast.Call():
                return self._call(node)
        raise TypeError(f"{ast.dump(node)} should have been refused by the parser")

    def _call(self, node: ast.Call) -> Labelled:
        name = function_of(node)
        if name in ELEMENTWISE:
            return self._apply(getattr(np, name), node, *node.args)
        total = self._totals.get(total_of(node) or "")
        if total is not None:
            sums, number = total
            return Labelled(sums if name == "sum" else sums / sums.dtype.type(number), (FRAME,))
        array = self.of(node.args[0])
        dims = dimensions_of(node)
        known = tuple(dim for dim in array.dims if dim != FRAME)
        for dim in dims:
            if dim.value not in known:
                near = f"{nearest(str(dim.value), known)} to take the {name} over"
                self._expression.fail(
                    dim, f"there is no dimension {dim.value!r}{near} (there are {_text(known)})"
                )
        numbers = [self._parameter(name, number) for number in operands(node)[1:]]
        return reduced(name, array, tuple(str(dim.value) for dim in dims) or known, *numbers)

    def _parameter(self, name: str, node: ast.expr) -> float:
        """Return the order of a norm or the share of a quantile."""
        values, dims = self.of(node)
        if dims:
            self._expression.fail(node, f"expected a number, got an array with {_text(dims)}")
        value = float(values)
        if not {"norm": value > 0, "quantile": 0 <= value <= 1}[name]:
            self._expression.fail(node, f"{_RANGES[name]}, got {value:g}")
        return value

    def _apply(self, function: Any, node: ast.expr, *parts: ast.expr) -> Labelled:
        return self._broadcast(function, node, *map(self.of, parts))

    def _broadcast(self, function: Any, node: ast.expr, *parts: Labelled) -> Labelled:
        """Return an elementwise function of arrays, broadcast by the names of their dimensions."""
        dims = max((part.dims for part in parts), key=len)
        for part in parts:
            square = len(set(dims)) < len(dims)
            if part.dims and part.dims != dims and (square or not set(part.dims) <= set(dims)):
                met = f"{_text(dims)} and {_text(part.dims)}; take a mean or a sum over some before"
                self._expression.fail(node, f"dimensions that do not fit meet here: {met}")
        values = [_aligned(part, dims) for part in parts]
        if function not in _LOGICAL:
            values = [_as_number(value) for value in values]
        result = function(*values)
        if all(isinstance(part.values, float | bool) for part in parts):
            result = result.item()
        return Labelled(result, dims)


def reduced(name: str, array: Labelled, over: tuple[str, ...], *extra: float) -> Labelled:
    """Return a reduction of an array over named dimensions.

    mean, std, min, max, sum, any, all      of the values; std divides by their number
    norm       (sum |v|^p)^(1/p)            p is 2 unless given
    quantile   linearly interpolated between two values
    """
    axes = tuple(axis for axis, dim in enumerate(array.dims) if dim in over)
    values = np.asarray(array.values)
    if values.dtype.kind == "b" and name not in _OF_TRUTHS:
        values = values.astype(np.float64)
    result = _REDUCED[name](values, axes, *extra)
    if values.dtype.kind == "f" and result.dtype.kind == "f":
        result = result.astype(values.dtype, copy=False)
    return Labelled(result, tuple(dim for dim in array.dims if dim not in over))


def _mean(values: Array, axes: tuple[int, ...]) -> Any:
    if values.dtype.kind != "f" or values.itemsize < 4:
        return np.mean(values, axes)
    # np.mean takes twice as long for a small array, which may be needed at each step.
    count = math.prod(values.shape[axis] for axis in axes)
    return np.add.reduce(values, axes) / values.dtype.type(count)


def _norm(values: Array, axes: tuple[int, ...], power: float = 2.0) -> Any:
    size = np.abs(values)
    if power == np.inf:
        return size.max(axes)
    return np.sum(size**power, axes) ** (1 / power)


_REDUCED: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("all", "any", "max", "min", "std", "sum")},
    "mean": _mean,
    "norm": _norm,
    "quantile": lambda values, axes, share: np.quantile(values, share, axes),
}
_RANGES = {"norm": "p must be above 0", "quantile": "the share must lie in [0, 1]"}
_OF_TRUTHS = ("all", "any", "mean", "sum")
_LOGICAL = (np.where, *(OPERATORS[op] for op in (ast.Not, ast.And, ast.Or)))


def _aligned(part: Labelled, dims: tuple[str, ...]) -> Any:
    """Return the values with their dimensions in the order of `dims`, and 1 for missing ones."""
    if part.dims == dims or not part.dims:
        return part.values
    order = [part.dims.index(dim) for dim in dims if dim in part.dims]
    shape = [part.values.shape[part.dims.index(dim)] if dim in part.dims else 1 for dim in dims]
    return np.transpose(part.values, order).reshape(shape)


def _as_number(value: Any) -> Any:
    """Return booleans as numbers that leave a float32 array what it is."""
    if isinstance(value, bool):
        return float(value)
    return value.astype(np.float32) if np.asarray(value).dtype.kind == "b" else value


def _text(dims: tuple[str, ...]) -> str:
    named = tuple(dim for dim in dims if dim != FRAME)
    return listed(named) if named else "no dimensions"
