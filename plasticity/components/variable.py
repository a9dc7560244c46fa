"""What a component declares of its state: its arrays and its random numbers.

One declaration does everything: it allocates the array, finds two writers, fills checkpoints,
labels the store and documents the component.
"""

import typing
from typing import ClassVar, Generic, Literal, Self, TypeVar, overload

import attrs
import numpy as np

from plasticity.errors import ContractError
from plasticity.typing import Array

Intent = Literal["own", "out", "in", "inout", "scratch"]
Value = TypeVar("Value")
INTENTS = typing.get_args(Intent)


class _Declared(Generic[Value]):
    """Descriptor that gives an instance what was bound to it once a simulation was assembled."""

    missing: ClassVar[str]
    name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        try:
            value: Value = instance.__dict__[self.name]
        except KeyError:
            raise ContractError(
                f"{owner.__name__}.{self.name} has {self.missing} when a simulation is assembled"
            ) from None
        return value

    def bind(self, instance: object, value: Value) -> None:
        """Give the instance its value; done by the framework alone."""
        instance.__dict__[self.name] = value


@attrs.define(eq=False, slots=False, repr=False)
class Variable(_Declared[Array]):
    """An array that a component owns, writes or reads.

    dims         names in the order (neuron, input), (neuron, sample), (neuron, from_neuron) or
                 (neuron,); a number, or the name of an integer setting of the component, is a size
                 of its own
    dtype        None for the floating point type of the layer
    unit         "1" for pure numbers
    intent       `own`: private, kept in checkpoints; `scratch`: private, forgotten after each step;
                 `out`: written here, read by others under its name; `in`, `inout`: of another
                 component, read or also changed

    On an instance the attribute is the array itself, once a simulation has been assembled. It is
    filled, never rebound: `self.velocity[...] = 0` and `self.velocity *= 0.9` are fine, while
    `self.velocity = other` raises `ContractError`.

    >>> class Momentum:
    ...     velocity = Variable(("neuron", "input"), description="running mean of the updates")
    >>> Momentum.velocity.dims
    ('neuron', 'input')
    """

    missing = "no array yet: it is allocated"

    dims: tuple[str | int, ...] = ()
    dtype: str | None = attrs.field(default=None, kw_only=True)
    unit: str = attrs.field(default="1", kw_only=True)
    description: str = attrs.field(default="", kw_only=True)
    intent: Intent = attrs.field(default="own", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.intent not in INTENTS:
            raise ContractError(f"Variable: intent must be one of {INTENTS}, got {self.intent!r}")

    def __set__(self, instance: object, value: Array) -> None:
        if instance.__dict__.get(self.name) is not value:
            raise ContractError(
                f"{type(instance).__name__}.{self.name} would be rebound: arrays are filled, "
                f"write self.{self.name}[...] = value"
            )

    def __repr__(self) -> str:
        return f"Variable({self.dims}, {self.intent}: {self.description})"


class Stream(_Declared[np.random.Generator]):
    """A stream of random numbers that belongs to one component of one simulation.

    On an instance the attribute is a `numpy.random.Generator`. Each stream is derived from the
    seed and the place of its component, so that adding a listener changes no result.
    """

    missing = "no stream yet: it is given"


def dims_of(name: str, variable: Variable) -> tuple[str, ...]:
    """Return the names of the dimensions of an array; a size gets one, as `kernel_1`."""
    dims = enumerate(variable.dims)
    return tuple(dim if isinstance(dim, str) else f"{name}_{index}" for index, dim in dims)
