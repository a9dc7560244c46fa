"""A rule given by its equation."""

import keyword
import math
import numbers
from collections.abc import Mapping
from functools import cache
from itertools import product as pairs
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity import Expression, Rule, Variable, component, hookimpl, rule, setting
from plasticity.errors import ExpressionError, SettingError
from plasticity.typing import Array
from plasticity_plugins.equations.reading import FUNCTIONS, terms_of
from plasticity_plugins.equations.terms import SYMBOLS
from plasticity_plugins.equations.writing import Part, Product, function_of, products_of, separated

# The most numbers of one array while terms are worked out that are no products: a megabyte or two.
_BLOCK = 2**18
_DIMS: dict[str, tuple[str, ...]] = {
    "activity": ("neuron", "sample"),
    "current": ("neuron", "sample"),
    "slope": ("neuron", "sample"),
    "threshold": ("neuron",),
    "x": ("sample", "input"),
    "weights": ("neuron", "input"),
}


@component
class Equation(Rule):
    """Rule given by an equation instead of a Python function.

        dw_ij = < f(y_i, u_i, theta_i, slope_i, x_j, w_ij) >

    `update` is f: of the activity y, the current u, the threshold theta, the slope sigma'(u), the
    input x and the weight w, with numbers, + - * / **, comparisons, and, or, not, abs, exp, log,
    sign, sqrt, tanh, maximum, minimum and where(condition, a, b). All are pure numbers. Names of
    your own stand for the numbers in `constants`. What is true counts 1.

    Products are multiplied out. Where each term then holds x or w once, as a factor, the rule is
    of the form phi x - d w, and is compiled like one written as a function. Any other is worked
    out in NumPy: by a matrix multiply for each term that is a function of the neuron times one of x
    times one of w, and in blocks of neurons and inputs for the rest.

    Arithmetic is that of floating point, but for 0 / 0, which is 0: it is the limit of
    y*(y - theta)/theta for a neuron that was always silent, as `lc94` has it.

    Raises `SettingError` for a text that is no such equation, with the position in it, and for a
    constant that is no finite number, has a name that is taken, or does not occur.

    >>> Equation(update="y*x - leak*w", constants={"leak": 0.1}).separable
    True
    >>> Equation(update="y*(x - w) - 0.1*x**2").separable
    False
    """

    update: str = setting(doc="right-hand side of the equation of dw, as a string")
    constants: dict[str, float] = setting(
        factory=dict, doc="values of the names that stand for numbers, as { leak = 0.1 }"
    )

    if TYPE_CHECKING:  # only where the equation is not separable
        product: Array

    def __attrs_post_init__(self) -> None:
        try:
            equation = Expression.parse(self.update)
            terms = terms_of(equation, _checked(self.constants, equation))
        except ExpressionError as error:
            raise SettingError(f"equation: update {error}") from None
        found = separated(terms)
        self.separable = found is not None
        # A rule tells by its class what it reads and answers, so each equation has its own.
        if found is not None:
            vars(self).update(found.numbers)
            made = _compiled(found.text)
        else:
            self._products, self._mixed = products_of(terms)
            made = _general(frozenset().union(*(term.symbols for term in terms)))
        self.__class__ = made

    @hookimpl
    def propose_update(self, update: Array) -> None:
        known = {
            symbol: getattr(self, name) for symbol, name in SYMBOLS.items() if hasattr(self, name)
        }
        for product in self._products:
            _multiply(product, known, self.product)
            update += self.product
        if self._mixed is not None:
            _average(self._mixed, known, self.product)
            update += self.product


def _checked(constants: Mapping[str, Any], equation: Expression) -> Mapping[str, float]:
    for name, value in constants.items():
        if name in SYMBOLS or name in FUNCTIONS or keyword.iskeyword(name):
            raise SettingError(
                f"equation: constants: the name {name!r} has a meaning of its own; choose another"
            )
        real = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not real or not math.isfinite(value):
            raise SettingError(
                f"equation: constants: {name} must be a finite number, got {value!r}"
            )
        if name not in equation.names:
            raise SettingError(
                f"equation: constants: {name!r} does not occur in {equation.text!r}; leave it out"
            )
    return {name: float(value) for name, value in constants.items()}


@cache
def _compiled(text: str) -> type[Equation]:
    """Return the class of an equation phi x - d w with this source of its function."""
    made = rule("equation")(function_of(text, arrays=False))
    namespace = {**_names(), "propose_update": None}
    return type(Equation.__name__, (Equation, made), namespace)


@cache
def _general(symbols: frozenset[str]) -> type[Equation]:
    """Return the class of other equations of these symbols."""
    read = {SYMBOLS[symbol] for symbol in symbols} | {"weights", "x"}
    namespace: dict[str, Any] = {name: Variable(_DIMS[name], intent="in") for name in sorted(read)}
    namespace["product"] = Variable(
        ("neuron", "input"), intent="scratch", description="what a term adds to the update"
    )
    return type(Equation.__name__, (Equation,), {**_names(), **namespace})


def _names() -> dict[str, Any]:
    return {name: getattr(Equation, name) for name in ("__doc__", "__module__", "__qualname__")}


def _multiply(product: Product, known: Mapping[str, Array], out: Array) -> None:
    """Fill `out` (neuron, input) with < a g > h: functions of the neuron, of x and of w."""
    number, x = out.dtype.type, known["x"]
    seen = {
        name: array if name != "theta" else array[:, np.newaxis] for name, array in known.items()
    }
    neuron = np.broadcast_to(product.neuron(seen, number), (len(out), len(x)))
    if product.inputs is None:
        out[...] = neuron.mean(axis=1, keepdims=True)
    else:
        np.dot(neuron, product.inputs(known, number), out=out)
        out /= len(x)
    if product.weights is not None:
        out *= product.weights(known, number)


def _average(part: Part, known: Mapping[str, Array], out: Array) -> None:
    """Fill `out` (neuron, input) with the mean over the samples of a function of everything."""
    n_neuron, n_input = out.shape
    synapses = max(1, _BLOCK // len(known["x"]))
    width = min(n_input, synapses)
    height = max(1, synapses // width)
    for first, start in pairs(range(0, n_neuron, height), range(0, n_input, width)):
        i, j = slice(first, first + height), slice(start, start + width)
        seen = {name: _placed(name, known[name], i, j) for name in part.symbols}
        np.mean(part(seen, out.dtype.type), axis=2, out=out[i, j])


def _placed(name: str, array: Array, i: slice, j: slice) -> Array:
    """Return an array for some neurons and inputs, with axes (neuron, input, sample)."""
    match name:
        case "x":
            return array.T[np.newaxis, j]
        case "w":
            return array[i, j, np.newaxis]
        case "theta":
            return array[i, np.newaxis, np.newaxis]
    return array[i, np.newaxis]
