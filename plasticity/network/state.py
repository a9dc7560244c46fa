"""The arrays of a layer: allocated once from the declared Variables, then only filled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from plasticity.components.arrays import SHARED
from plasticity.components.clock import Clock
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule, Term
from plasticity.components.variable import Variable
from plasticity.errors import ConflictError, ContractError, MissingPartError, listed, nearest
from plasticity.typing import Array

KEPT = ("own", "out")
DIAGNOSTICS = "diagnostics."  # begins the names of arrays that views leave out


class LayerState:
    """One layer of a running simulation: its components, its clock and its arrays.

    name         how stores and messages call the layer
    sizes        size of each dimension; "sample" is the largest batch
    dtype        floating point type of the arrays that name none
    components   place in the spec -> component, in the order of the spec
    image_shape  shape of an input as an image, or None
    scaled       place -> wrapper of the rules that have a coefficient, schedule or phases
    terms        the rules as the spec gives them
    used         names of the shared arrays that some component uses
    arrays       name -> array that outlives a step; private ones as "place.name"
    variables    the declaration of each of these
    not_materialised     names of the shared arrays that a compiled step does not leave behind
    """

    def __init__(
        self,
        name: str,
        sizes: Mapping[str, int],
        dtype: str,
        components: Mapping[str, Any],
        clock: Clock,
        image_shape: tuple[int, ...] | None = None,
        scaled: Mapping[str, ScaledRule] | None = None,
        terms: tuple[Term, ...] = (),
    ) -> None:
        self.name = name
        self.sizes = dict(sizes)
        self.dtype = np.dtype(dtype)
        self.components = dict(components)
        self.clock = clock
        self.image_shape = image_shape
        self.scaled = dict(scaled or {})
        self.terms = terms
        self.used: frozenset[str] = frozenset()
        self.arrays: dict[str, Array] = {}
        self.variables: dict[str, Variable] = {}
        self._writers: dict[str, str] = {}
        self._buffers: dict[str, Array] = {}
        self._bound: tuple[str, int] | None = None
        self.not_materialised: frozenset[str] = frozenset()

    @property
    def learns(self) -> bool:
        """Whether any rule changes weights in the present phase."""
        return any(term.learns_in(self.clock.phase) for term in self.terms)

    def allocate(self, shared: Iterable[str]) -> None:
        """Allocate the shared arrays of these names and all that the components declare."""
        self.used = frozenset(shared)
        for name in self.used:
            variable = SHARED[name][0]
            if "sample" not in variable.dims:
                self._allocate(name, variable, self.sizes)
        declared = list(self._declared())
        for place, component, variable in declared:
            named = f"{place} {interface_of(component).label!r}"
            _check_dims(variable, self.sizes | _own_sizes(component, variable), named)
            if variable.intent == "out":
                self._claim(variable, named)
            if variable.intent not in ("in", "inout") and not self._varies(variable):
                self._allocate(
                    _key(place, variable), variable, self.sizes | _own_sizes(component, variable)
                )
        for place, component, variable in declared:
            if variable.intent in ("in", "inout") and variable.name not in self._known():
                label = interface_of(component).label
                raise MissingPartError(
                    f"{place} {label!r} reads {variable.name!r}, which no component of {self.name} "
                    f"writes (written are {listed(self._known())})"
                )

    def batch_arrays(self, batch: int, purpose: str = "train") -> dict[str, Array]:
        """All shared arrays as they are for a batch of this many samples.

        Arrays that depend on the batch are views of one buffer a purpose, so that measuring in
        the middle of a step overwrites nothing.
        """
        arrays = {name: self.arrays[name] for name in SHARED if name in self.arrays}
        for name, (variable, _) in SHARED.items():
            if "sample" in variable.dims:
                arrays[name] = self.batch_array(name, batch, purpose)
        return arrays

    def batch_array(self, name: str, batch: int, purpose: str = "train") -> Array:
        """One of them, of those that have samples."""
        return self._view(f"{purpose}.{name}", SHARED[name][0], self.sizes | {"sample": batch})

    def bind(self, batch: int, purpose: str = "train") -> None:
        """Give every component its arrays for a batch of this many samples."""
        if self._bound == (purpose, batch):
            return
        first = self._bound is None
        sizes = self.sizes | {"sample": batch}
        shared = self.batch_arrays(batch, purpose)
        for place, component, variable in self._declared():
            if self._varies(variable):
                key = f"{purpose}.{_key(place, variable)}"
                array = shared.get(variable.name) if variable.intent in ("in", "inout") else None
                if array is None:
                    own = _own_sizes(component, variable)
                    array = self._view(key, variable, sizes | own)
                variable.bind(component, array)
            elif first:
                variable.bind(component, self.arrays[_key(place, variable)])
        for wrapper in self.scaled.values():
            wrapper.arrays = shared
        self._bound = (purpose, batch)

    def buffer(self, name: str, shape: tuple[int, ...]) -> Array:
        """A scratch array of the compiled steps, the same one at each call."""
        if name not in self._buffers:
            self._buffers[name] = np.zeros(shape, self.dtype)
        return self._buffers[name]

    def writer_of(self, name: str) -> str:
        """The label of the component that declares an array as its output; empty if none does."""
        for _, component, variable in self._declared():
            if variable.intent == "out" and variable.name == name:
                return interface_of(component).label
        return ""

    def kept(self) -> dict[str, Array]:
        """The arrays that a checkpoint holds: the state, and nothing else."""
        return {
            name: array
            for name, array in self.arrays.items()
            if self.variables[name].intent in KEPT
        }

    def _declared(self) -> Iterator[tuple[str, Any, Variable]]:
        for place, component in self.components.items():
            for variable in interface_of(component).variables:
                yield place, component, variable

    def _known(self) -> set[str]:
        varying = {name for name, (variable, _) in SHARED.items() if self._varies(variable)}
        lasting = {name for name in self.arrays if not name.startswith(DIAGNOSTICS)}
        return lasting | varying | set(self._writers)

    def _claim(self, variable: Variable, writer: str) -> None:
        other = self._writers.setdefault(variable.name, writer)
        if other != writer or variable.name in self.arrays:
            by = other if other != writer else "the events of the loop"
            raise ConflictError(
                f"two components write {variable.name!r}: {by} and {writer}; leave out one"
            )

    def _allocate(self, name: str, variable: Variable, sizes: Mapping[str, int]) -> None:
        self.arrays[name] = np.zeros(_shape(variable, sizes), variable.dtype or self.dtype)
        self.variables[name] = variable

    def _varies(self, variable: Variable) -> bool:
        return "sample" in variable.dims

    def _view(self, key: str, variable: Variable, sizes: Mapping[str, int]) -> Array:
        shape = _shape(variable, sizes)
        size = math.prod(shape)
        buffer = self._buffers.get(key)
        if buffer is None or buffer.size < size:
            own = {dim: size for dim, size in sizes.items() if dim != "sample"}
            largest = math.prod(_shape(variable, self.sizes | own))
            buffer = np.zeros(max(size, largest), variable.dtype or self.dtype)
            self._buffers[key] = buffer
        return buffer[:size].reshape(shape)


def _key(place: str, variable: Variable) -> str:
    private = variable.intent in ("own", "scratch")
    return f"{place}.{variable.name}" if private else variable.name


def _own_sizes(component: Any, variable: Variable) -> dict[str, int]:
    """Sizes of the dimensions that are named after a setting of the component."""
    return {
        dim: int(getattr(component, dim))
        for dim in variable.dims
        if isinstance(dim, str) and isinstance(getattr(component, dim, None), int)
    }


def _shape(variable: Variable, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dim if isinstance(dim, int) else sizes[dim] for dim in variable.dims)


def _check_dims(variable: Variable, sizes: Mapping[str, int], named: str) -> None:
    if variable.intent == "own" and "sample" in variable.dims:
        raise ContractError(
            f"{named}: Variable {variable.name!r} belongs to the samples of one batch, so it "
            "cannot be kept from step to step: declare it with intent='scratch'"
        )
    for dim in variable.dims:
        if isinstance(dim, str) and dim not in sizes:
            raise ContractError(
                f"{named}: Variable {variable.name!r} has the unknown dimension {dim!r}"
                f"{nearest(dim, sizes)} (known are {listed(sizes)} and the whole-number settings "
                "of its component)"
            )
