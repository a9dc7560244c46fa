"""One layer of a network: its components, its clock, and its arrays, which are only ever filled."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.events import SHARED
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule, Term
from plasticity.components.variable import Stream, Variable
from plasticity.errors import ConflictError, ContractError, MissingPartError, listed, nearest
from plasticity.typing import Array

DIAGNOSTICS = "diagnostics."  # begins the names of arrays that views leave out


@attrs.define(eq=False)
class LayerState:
    """One layer of a running simulation: its components, its clock and its arrays."""

    name: str
    sizes: dict[str, int]  # of each dimension; "sample" is the largest batch
    dtype: np.dtype[Any]  # of the arrays that name none
    components: dict[str, Any]  # by place, in the order of the spec
    clock: Clock
    image_shape: tuple[int, ...] | None = None  # of an input as an image
    # By place, of the rules that have a coefficient, a schedule or phases.
    scaled: dict[str, ScaledRule] = attrs.field(factory=dict)
    terms: tuple[Term, ...] = ()  # the rules as the spec gives them
    # Names of the shared arrays that some component uses.
    used: frozenset[str] = attrs.field(default=frozenset(), init=False)
    # The arrays that outlive a step by name, private ones as "place.name", and their declarations.
    arrays: dict[str, Array] = attrs.field(factory=dict, init=False)
    variables: dict[str, Variable] = attrs.field(factory=dict, init=False)
    # Names of the shared arrays that a compiled step does not leave behind.
    not_materialised: frozenset[str] = attrs.field(default=frozenset(), init=False)
    _buffers: dict[str, Array] = attrs.field(factory=dict, init=False)
    _bound: tuple[str, int] | None = attrs.field(default=None, init=False)

    @property
    def label(self) -> str:
        return f"{self.name}, compiled"

    @property
    def learns(self) -> bool:
        return any(term.learns_in(self.clock.phase) for term in self.terms)

    @property
    def checkpointed(self) -> dict[str, Array]:
        """The arrays that a checkpoint holds: the state, and nothing else."""
        declared = self.variables.items()
        return {n: self.arrays[n] for n, variable in declared if variable.intent in ("own", "out")}

    def declared(self) -> Iterator[tuple[str, Any, Variable]]:
        for place, component in self.components.items():
            for variable in interface_of(component).variables:
                yield place, component, variable

    def streams(self) -> Iterator[tuple[str, Any, Stream]]:
        for place, component in self.components.items():
            for stream in interface_of(component).streams:
                yield place, component, stream

    def allocate(self, shared: Collection[str] = ()) -> None:
        """Allocate the shared arrays of these names and all that components declare, or refuse."""
        self.used = frozenset(shared)
        for name in shared:
            if not of_batch(SHARED[name][0]):
                self._allocate(name, SHARED[name][0], self.sizes)
        writers: dict[str, str] = {}
        for place, component, variable in self.declared():
            named, sizes = interface_of(component).at(place), self.sizes_for(component, variable)
            _check_dims(variable, sizes, named)
            if variable.intent == "out":
                other = writers.setdefault(variable.name, named)
                if other != named or variable.name in self.arrays:
                    by = other if other != named else "the events of the loop"
                    raise ConflictError(
                        f"two components write {variable.name!r}: {by} and {named}; leave out one"
                    )
            if variable.intent not in ("in", "inout") and not of_batch(variable):
                self._allocate(key_of(place, variable), variable, sizes)
        written = {name for name, (variable, _) in SHARED.items() if of_batch(variable)}
        written.update(writers, (n for n in self.arrays if not n.startswith(DIAGNOSTICS)))
        for place, component, variable in self.declared():
            if variable.intent in ("in", "inout") and variable.name not in written:
                raise MissingPartError(
                    f"{interface_of(component).at(place)} reads {variable.name!r}, which no "
                    f"component of {self.name} writes (written are {listed(written)})"
                )

    def _allocate(self, name: str, variable: Variable, sizes: Mapping[str, int]) -> None:
        self.arrays[name] = np.zeros(_shape(variable, sizes), variable.dtype or self.dtype)
        self.variables[name] = variable

    def sizes_for(self, component: Any, variable: Variable) -> dict[str, int]:
        """Return the size of each dimension that a component may name in a Variable."""
        own = {dim: getattr(component, dim, None) for dim in variable.dims if isinstance(dim, str)}
        return self.sizes | {dim: int(n) for dim, n in own.items() if isinstance(n, int)}

    def batch_arrays(self, batch: int, purpose: str = "train") -> dict[str, Array]:
        """Return all shared arrays as they are for a batch of this many samples."""
        # Views of a buffer a purpose, so that measuring amid a step overwrites nothing.
        lasting = {name: self.arrays[name] for name in SHARED if name in self.arrays}
        passing = (name for name, (variable, _) in SHARED.items() if of_batch(variable))
        return lasting | {name: self.batch_array(name, batch, purpose) for name in passing}

    def batch_array(self, name: str, batch: int, purpose: str = "train") -> Array:
        return self._view(f"{purpose}.{name}", SHARED[name][0], self.sizes | {"sample": batch})

    def bind(self, batch: int, purpose: str = "train") -> None:
        if self._bound == (purpose, batch):
            return
        shared = self.batch_arrays(batch, purpose)
        for place, component, variable in self.declared():
            key = key_of(place, variable)
            if not of_batch(variable):
                if self._bound is None:
                    variable.bind(component, self.arrays[key])
            elif variable.intent in ("in", "inout") and variable.name in shared:
                variable.bind(component, shared[variable.name])
            else:
                sizes = self.sizes_for(component, variable) | {"sample": batch}
                variable.bind(component, self._view(f"{purpose}.{key}", variable, sizes))
        for wrapper in self.scaled.values():
            wrapper.arrays = shared
        self._bound = (purpose, batch)

    def buffer(self, name: str, shape: tuple[int, ...]) -> Array:
        """Return a scratch array of the compiled steps, the same one at each call."""
        if name not in self._buffers:
            self._buffers[name] = np.zeros(shape, self.dtype)
        return self._buffers[name]

    def _view(self, key: str, variable: Variable, sizes: Mapping[str, int]) -> Array:
        shape = _shape(variable, sizes)
        size = math.prod(shape)
        buffer = self._buffers.get(key)
        if buffer is None or buffer.size < size:
            largest = math.prod(_shape(variable, {**sizes, "sample": self.sizes["sample"]}))
            buffer = np.zeros(max(size, largest), variable.dtype or self.dtype)
            self._buffers[key] = buffer
        return buffer[:size].reshape(shape)


def key_of(place: str, variable: Variable) -> str:
    """Return the name of an array in a layer: of a private one with the place of its component."""
    private = variable.intent in ("own", "scratch")
    return f"{place}.{variable.name}" if private else variable.name


def of_batch(variable: Variable) -> bool:
    """Return whether an array has samples, so that it belongs to one batch."""
    return "sample" in variable.dims


def _check_dims(variable: Variable, sizes: Mapping[str, int], named: str) -> None:
    if variable.intent == "own" and of_batch(variable):
        raise ContractError(
            f"{named}: Variable {variable.name!r} belongs to the samples of one batch, so it "
            "cannot be kept from step to step: declare it with intent='scratch'"
        )
    for dim in variable.dims:
        if isinstance(dim, str) and dim not in sizes:
            raise ContractError(
                f"{named}: Variable {variable.name!r} has the unknown dimension {dim!r}"
                f"{nearest(dim, sizes)} (known are {listed(sizes)} and the integer settings "
                "of its component)"
            )


def _shape(variable: Variable, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dim if isinstance(dim, int) else sizes[dim] for dim in variable.dims)
