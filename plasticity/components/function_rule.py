"""A rule in ten lines: a function of what a neuron sees becomes a component."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plasticity.components.component import component
from plasticity.components.derived_hooks import typed
from plasticity.components.events import SHARED
from plasticity.components.rule import Rule
from plasticity.components.setting import setting
from plasticity.components.variable import Variable
from plasticity.errors import ContractError, listed, nearest
from plasticity.hookspecs import hookimpl
from plasticity.kernels import loops
from plasticity.kernels.interpreted import interpreted
from plasticity.typing import Array

# What a rule may ask for: the symbol of the papers and the array behind it.
SYMBOLS = {"y": "activity", "u": "current", "theta": "threshold", "slope": "slope"}
_TYPES = {"float": float, "int": int, "bool": bool}  # of annotations that are strings
_OF_NEURONS = Variable(("neuron",))  # what another component writes


def rule(
    label: str,
    *,
    source: str = "",
    competitive: bool = False,
    reads: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], type[Rule]]:
    """Make a rule of a function of what a neuron sees.

        dW_ij = < phi_i x_j > - d_i w_ij

    The function is compiled by Numba and run over all neurons and samples. Its arguments are the
    symbols `y` (activity), `u` (current), `theta` (threshold) and `slope` (sigma'(u)); arguments
    with a default are settings of the rule. It returns phi, or (phi, d). If `competitive`, it gets
    the vectors of one sample over all neurons, further `phi` to fill and, if asked for, `d` to add
    to, and returns nothing.

    label    how messages call the rule
    source   BibTeX entry of the paper, or its key, as in `component`
    reads    further symbols: name of the argument -> name of a Variable (neuron,) that another
             component of the layer writes
    beside   what it does not work without: entry of the layer -> name of a component

    Raises `ContractError` for an argument that is neither a symbol nor has a default.

    >>> from plasticity import rule
    >>> @rule("leaky_hebb")
    ... def leaky_hebb(y, leak: float = 0.1):
    ...     return y, leak
    >>> leaky_hebb(leak=0.2)
    leaky_hebb(leak=0.2)
    """

    def decorate(function: Callable[..., Any]) -> type[Rule]:
        namespace = _namespace(label, function, competitive, SYMBOLS | dict(reads or {}))
        name = getattr(function, "py_func", function).__name__
        made = type(name, (FunctionRule,), namespace | {"beside": dict(beside or {})})
        return component(source=source, label=label)(made)

    return decorate


class FunctionRule(Rule):
    """Base of the rules made by `rule`: runs the compiled loop on the arrays of its symbols."""

    function: Any
    symbols: tuple[str, ...]
    names: tuple[str, ...]  # of the arrays of the symbols
    ranks: tuple[int, ...]
    parameters: tuple[str, ...]
    order: tuple[int, ...]  # of the arguments, as `competitive` of plasticity.kernels.loops wants
    competitive: bool
    decays: bool

    def add(self, *targets: Array) -> None:
        arrays = tuple([getattr(self, name) for name in self.names])
        values = [getattr(self, name) for name in self.parameters]
        self.loop()(arrays, typed(values, targets[0]), *targets)

    @classmethod
    def arrays(cls) -> list[tuple[str, int]]:
        """Return the arrays of the symbols, in their order, each with its rank."""
        return list(zip(cls.names, cls.ranks, strict=True))

    @classmethod
    def loop(cls) -> Callable[..., Any]:
        if cls.competitive:
            return loops.competitive(cls.function, cls.ranks, cls.order, cls.decays)
        return loops.pointwise(cls.function, cls.ranks, cls.decays)


@hookimpl
def _modulate(self: FunctionRule, modulation: Array) -> None:
    self.add(modulation)


@hookimpl
def _modulate_and_decay(self: FunctionRule, modulation: Array, decay: Array) -> None:
    self.add(modulation, decay)


def _namespace(
    label: str, function: Any, competitive: bool, named: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the class of a rule has, from its function and symbol -> array."""
    from numba import njit

    plain = getattr(function, "py_func", function)
    arguments = inspect.signature(plain).parameters
    parameters = {name: one for name, one in arguments.items() if one.default is not one.empty}
    given = [name for name in arguments if name not in parameters]
    filled = [name for name in ("phi", "d") if competitive and name in given]
    symbols = tuple(name for name in given if name not in filled)
    for name in symbols:
        if name not in named:
            raise ContractError(
                f"rule {label!r}: unknown argument {name!r}{nearest(name, named)} (available are "
                f"{listed(named)}; a setting of the rule has a default; a rule that needs x or w "
                "itself is a class that answers propose_update)"
            )
    if competitive and "phi" not in filled:
        raise ContractError(f"rule {label!r}: a competitive rule takes phi and fills it")
    for name, argument in arguments.items():
        if argument.kind is argument.KEYWORD_ONLY:
            raise ContractError(
                f"rule {label!r}: Numba compiles no arguments by keyword only; take {name!r} by "
                "position: leave out the '*'"
            )
    dispatcher = function if hasattr(function, "py_func") else njit(error_model="numpy")(function)
    settings: dict[str, Any] = {}
    annotations: dict[str, Any] = {}
    for name, one in parameters.items():
        made = hasattr(one.default, "_default")  # by `setting`
        settings[name] = one.default if made else setting(default=one.default, doc=name)
        annotations[name] = _TYPES.get(one.annotation, one.annotation)
        if one.annotation is one.empty:
            annotations[name] = type(settings[name]._default)
    defaults = {name: made._default for name, made in settings.items()}
    decays = "d" in filled if competitive else _returns_two(label, plain, symbols, defaults)
    read = [SHARED[named[each]][0] if named[each] in SHARED else _OF_NEURONS for each in symbols]
    names = tuple(named[symbol] for symbol in symbols)
    variables = [Variable(one.dims, description=one.description, intent="in") for one in read]
    return {
        "__doc__": plain.__doc__,
        "__module__": plain.__module__,
        "__qualname__": plain.__qualname__,
        "__annotations__": annotations,
        "function": staticmethod(dispatcher),
        "symbols": symbols,
        "names": names,
        "ranks": tuple(len(one.dims) for one in read),
        "parameters": tuple(parameters),
        "order": tuple(map([*symbols, "phi", "d", *parameters].index, arguments)),
        "competitive": competitive,
        "decays": decays,
        "modulate": _modulate_and_decay if decays else _modulate,
        **dict(zip(names, variables, strict=True)),
        **settings,
    }


def _returns_two(label: str, plain: Any, symbols: tuple[str, ...], defaults: Any) -> bool:
    """Return whether the function gives d beside phi; it is tried once, on ones."""
    try:
        # Numbers of NumPy, because 1 / 0 is infinite for them, as it will be when compiled.
        with np.errstate(all="ignore"):
            result = interpreted(plain)(*([np.float64(1)] * len(symbols)), **defaults)
    except Exception as error:
        raise ContractError(
            f"rule {label!r}: the function fails where all its symbols are 1: "
            f"{type(error).__name__}: {error}"
        ) from error
    if isinstance(result, tuple) and len(result) != 2:
        raise ContractError(f"rule {label!r}: return phi or (phi, d), got {len(result)} values")
    return isinstance(result, tuple)
