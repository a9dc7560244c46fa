"""Recordings of one layer: arrays, or what is computed of them, frame by frame."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.components.cadence import Following
from plasticity.errors import StoreError, listed
from plasticity.expressions.evaluate import FRAME, Labelled, Total, compute_frames, reduced
from plasticity.expressions.parse import Expression
from plasticity.network.capture import Offer
from plasticity.network.view import LayerView
from plasticity.store.arrays import labels_of
from plasticity.store.series import Column, Series
from plasticity.typing import Array

Probe = Expression | Callable[[LayerView], Any]

_COPIED = 100_000  # bytes of a frame of what formulas use: a copy takes as long as a call
BIN = "bin"
_TAKEN = ("step", "epoch", "neuron", "input", "sample", BIN)

# What CF calls them in `cell_methods`; it has no word for the others.
_CELL_METHODS = {"std": "standard_deviation", "min": "minimum", "max": "maximum"}


def _reduction_of(given: Mapping[str, Any] | None) -> Reduction | None:
    return None if given is None else Reduction(**given)


@attrs.define(eq=False)
class Recording:
    """Arrays of one layer, and functions of its state, that go to a group of the store as frames.

    Raises `StoreError` where something cannot be recorded, and `ContractError` where the layer has
    no array of a name.
    """

    _layer: LayerView
    series: Series
    _batch_size: int  # of samples; a smaller batch leaves the rest of its frame NaN
    _names: tuple[str, ...] = ()  # of arrays; of a private one the last part is enough
    _neurons: tuple[int, ...] = ()  # of which alone anything is recorded
    _reduction: Reduction | None = attrs.field(default=None, converter=_reduction_of)
    # By name formulas, or functions of the layer that return a number, a number for each neuron, or
    # an array whose dimensions take that name.
    _probes: Mapping[str, Probe] = attrs.field(factory=dict)
    _precision: str | None = None  # "float16", "float32" or "float64", in place of the own type
    _bits: int | None = None  # of the mantissa to keep
    # What is recorded as it is, and never another array.
    _lasting: dict[str, Array] = attrs.field(factory=dict, init=False)
    _made: dict[str, Callable[[], Array]] = attrs.field(factory=dict, init=False)
    _formulas: dict[str, Expression] = attrs.field(factory=dict, init=False)  # those of `_made`
    _used: dict[str, set[str]] = attrs.field(factory=dict, init=False)  # arrays; of no function
    _offers: dict[Following, Offer | None] = attrs.field(factory=dict, init=False)
    _dims: set[str] = attrs.field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        for name in self._names:
            self._add_array(name)
        for name, probe in self._probes.items():
            if name in (*self._names, *_TAKEN):
                raise StoreError(
                    f"{self._layer.name}: a probe cannot be called {name!r}, which is taken"
                )
            self._add_probe(name, probe)
        coordinates = ["epoch"]
        if self._neurons and "neuron" in self._dims:
            labels: dict[str, Any] = {"long_name": "number of the neuron, from 0", "units": "1"}
            self.series.write_coordinate("neuron", np.array(self._neurons, np.int64), labels)
            coordinates.append("neuron")
        if self._reduction is not None and BIN in self._dims:
            edges = self._reduction.edges
            labels = {"long_name": "middle of the bin", "edges": edges.tolist()}
            self.series.write_coordinate(BIN, (edges[1:] + edges[:-1]) / 2, labels)
            coordinates.append(BIN)
        self.series.label({"coordinates": " ".join(coordinates)})

    def take(self) -> None:
        """Add a frame of everything as it is now; before the first step NaN of what is not yet."""
        clock = self._layer.clock
        frame = self._lasting
        if self._made:
            frame = frame | {name: make() for name, make in self._made.items()}
        if clock.step == 0:
            known = self._layer.initial
            frame = {name: value for name, value in frame.items() if self._used[name] <= known}
        self.series.append(clock.step, clock.epoch, frame)

    def offer(self, cadence: Following) -> Offer | None:
        """Return what compiled steps can record: whole arrays that last, formulas of small ones."""
        if self._layer.clock.step < self.series.last_step:
            return None  # a run that goes on, and comes to steps whose frames are here already
        if cadence not in self._offers:
            self._offers[cadence] = self._offer(cadence)
        return self._offers[cadence]

    def _offer(self, cadence: Following) -> Offer | None:
        lasting = self._lasting.items()
        converted = any(self.series.dtype(name) != array.dtype for name, array in lasting)
        if converted or self._made.keys() != self._formulas.keys():
            return None
        names = dict.fromkeys(name for probe in self._formulas.values() for name in probe.names)
        summed = tuple(name for name in names if self._is_summed(name))
        seen = tuple(name for name in names if name not in summed)
        if sum(self._layer.labelled(name).values.nbytes for name in seen) > _COPIED:
            return None
        return Offer(
            cadence=cadence,
            seen=seen,
            summed=summed,
            placed=tuple(self._lasting),
            room=lambda: self.series.room,
            slots=self.series.slots,
            take=self._take_many,
        )

    def _is_summed(self, name: str) -> bool:
        """Return whether formulas use nothing of an array but its total."""
        using = [probe for probe in self._formulas.values() if name in probe.names]
        alone = all(name in probe.names_in_total for probe in using) and not self._neurons
        return alone and self._layer.labelled(name).values.dtype.name in ("float32", "float64")

    def _take_many(
        self, steps: Array, epochs: Array, frames: Mapping[str, Array], sums: Mapping[str, Array]
    ) -> None:
        """Add frames at some steps, from the arrays of the formulas; whole arrays are in place."""
        arrays = {name: self._framed(name, values) for name, values in frames.items()}
        sizes = {name: self._layer.labelled(name).values.size for name in sums}
        totals = {name: Total(values, sizes[name]) for name, values in sums.items()}
        for name, formula in self._formulas.items():
            values = compute_frames(formula, arrays, len(steps), totals).values
            self.series.put(name, self._finish(values))
        self.series.take(steps, epochs, (*self._lasting, *self._made))

    def _add_array(self, name: str) -> None:
        full, reduction = self._layer.full_name(name), self._reduction
        labels = labels_of(self._layer.declaration(full), self._layer.filled_by(full))
        self._used[name] = {full}

        def make() -> Labelled:
            array = self._chosen(self._layer.labelled(name))
            return array if reduction is None else reduction(array)

        if reduction is not None:
            dims = self._layer.labelled(name).dims
            reduction.check(name, dims)
            labels = reduction.attributes(labels, dims)
        self._add(name, make, labels, lasts=reduction is None and not self._neurons)

    def _add_probe(self, name: str, probe: Probe) -> None:
        if isinstance(probe, Expression):
            self._used[name] = set(map(self._layer.full_name, self._layer.used_by(probe)))
            self._add(name, lambda: self._evaluate(probe), self._labels_of(probe))
            self._formulas[name] = probe
            return
        own_name = getattr(probe, "__name__", type(probe).__name__)
        text = (inspect.getdoc(probe) or own_name).split("\n")[0]
        labels = {"long_name": text, **getattr(probe, "describes", {})}
        self._add(name, lambda: self._called(name, probe), labels)

    def _add(
        self,
        name: str,
        make: Callable[[], Labelled],
        attributes: Mapping[str, Any],
        lasts: bool = False,
    ) -> None:
        """Record what `make` returns, which is the same array at each frame where it `lasts`."""
        first = make()
        values = np.asarray(first.values)
        if values.dtype.kind not in "fiub":
            raise StoreError(f"{self._layer.name}: {name!r} is of type {values.dtype}, no number")
        shape = tuple(
            self._batch_size if dim == "sample" else size
            for dim, size in zip(first.dims, values.shape, strict=True)
        )
        floating = values.dtype.kind == "f"
        if "sample" in first.dims and not floating:
            raise StoreError(
                f"{self._layer.name}: {name!r} has a value for each sample and is of type "
                f"{values.dtype}, which has no NaN to fill up a smaller batch with; only "
                "floating point numbers of samples can be recorded"
            )
        as_it_is = self._finish(values)
        self._dims.update(first.dims)
        if floating and self._bits is not None:
            comment = f"rounded to {self._bits} bits of the mantissa, to the nearest or even"
            attributes = {**attributes, "quantization_nsb": self._bits, "comment": comment}
        self.series.describe(name, Column(shape, as_it_is.dtype, first.dims, attributes))
        if lasts and "sample" not in first.dims and as_it_is is values:
            self._lasting[name] = values
        else:
            self._made[name] = lambda: self._finish(np.asarray(make().values))

    def _finish(self, values: Array) -> Array:
        if values.dtype.kind != "f":
            return values
        if self._precision is not None and values.dtype != self._precision:
            with np.errstate(over="ignore"):  # what is too large for the type becomes inf
                values = values.astype(self._precision)
        return values if self._bits is None else rounded(values, self._bits)

    def _chosen(self, array: Labelled) -> Labelled:
        if not self._neurons:
            return array
        values = array.values
        for axis, dim in enumerate(array.dims):
            if dim == "neuron":
                values = np.take(values, self._neurons, axis)
        return Labelled(values, array.dims)

    def _framed(self, name: str, frames: Array) -> Labelled:
        """Return frames (frame, ...) of an array by name, of the chosen neurons."""
        return self._chosen(Labelled(frames, (FRAME, *self._layer.labelled(name).dims)))

    def _evaluate(self, formula: Expression) -> Labelled:
        """Return a formula of the arrays as they are now, computed as it is of many frames."""
        now = {name: self._layer.labelled(name).values[np.newaxis] for name in formula.names}
        arrays = {name: self._framed(name, values) for name, values in now.items()}
        frames = compute_frames(formula, arrays, 1)
        return Labelled(frames.values[0], frames.dims[1:])

    def _called(self, name: str, function: Callable[[LayerView], Any]) -> Labelled:
        values = np.asarray(function(self._layer))
        n_neuron = self._layer.array("weights").shape[0]
        if values.shape == (n_neuron,):
            return self._chosen(Labelled(values, ("neuron",)))
        return Labelled(values, tuple(f"{name}_{axis}" for axis in range(values.ndim)))

    def _labels_of(self, expression: Expression) -> dict[str, Any]:
        full = map(self._layer.full_name, expression.names)
        pure = all(self._layer.declaration(name).unit == "1" for name in full)
        labels = {"long_name": expression.text} | ({"units": "1"} if pure else {})
        if expression.outermost is not None:
            name, inner, dims = expression.outermost
            labels["cell_methods"] = _cell_methods(dims or self._evaluate(inner).dims, name)
        return labels


@attrs.frozen
class Reduction:
    """What is taken over the dimensions of an array."""

    name: str  # "mean", "std", "min", "max", "norm", "quantile" or "histogram"
    over: tuple[str, ...] = ()  # dimensions; all where none is named
    power: float = 2.0  # p of the norm, (sum |v|^p)^(1/p)
    share: float = 0.5  # of the values that lie under the quantile
    bins: int = 10  # of the histogram, all of one width, within `range`
    range: tuple[float, ...] = (0.0, 1.0)

    def check(self, name: str, dims: tuple[str, ...]) -> None:
        for dim in self.over:
            if dim not in dims:
                raise StoreError(
                    f"{name!r} has no dimension {dim!r} to take the {self.name} over (it has "
                    f"{listed(dims) or 'none'}); record it apart from the others"
                )

    def __call__(self, array: Labelled) -> Labelled:
        over = self.over or array.dims
        if self.name == "histogram":
            left = tuple(dim for dim in array.dims if dim not in over)
            axes = [array.dims.index(dim) for dim in left]
            values = np.moveaxis(array.values, axes, range(len(axes))).astype(np.float64)
            shape = values.shape[: len(left)]
            rows = values.reshape(math.prod(shape), -1)
            counts = np.array([np.histogram(row, self.edges)[0] for row in rows])
            return Labelled(counts.reshape(*shape, self.bins), (*left, BIN))
        extra = {"norm": (self.power,), "quantile": (self.share,)}.get(self.name, ())
        return reduced(self.name, array, over, *extra)

    @property
    def edges(self) -> Any:
        """Where the bins of the histogram begin and end, (bins + 1,)."""
        return np.linspace(self.range[0], self.range[1], self.bins + 1)

    def attributes(self, labels: Mapping[str, Any], dims: tuple[str, ...]) -> dict[str, Any]:
        comments = {"norm": f"p = {self.power:g}", "quantile": f"of {self.share:g}"}
        methods = _cell_methods(self.over or dims, self.name, comments.get(self.name, ""))
        counts = {"units": "1"} if self.name == "histogram" else {}
        return {**labels, **counts, "cell_methods": methods}


def _cell_methods(dims: tuple[str, ...], method: str, comment: str = "") -> str:
    """Return the CF text for a method over dimensions, as "neuron: input: standard_deviation"."""
    text = "".join(f"{dim}: " for dim in dims) + _CELL_METHODS.get(method, method)
    return f"{text} (comment: {comment})" if comment else text


def rounded(values: Array, bits: int) -> Array:
    """Return floating point numbers with the first bits of their mantissa, to the nearest or even.

    NaN and inf stay what they are; a number larger than the largest with these bits becomes inf, as
    in a smaller type. The relative error of normal numbers is at most 2^-(bits + 1).

    Source: Klower et al., Nat. Comput. Sci. 1 (2021) 713, who call it bit rounding.
    """
    from numcodecs.bitround import BitRound

    if bits >= np.finfo(values.dtype).nmant:
        return values
    result: Array = BitRound(bits).encode(values).view(values.dtype)
    np.copyto(result, values, where=~np.isfinite(values))
    return result
