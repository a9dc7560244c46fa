"""Less of an array: a mean, a norm, a histogram over named dimensions; numbers of fewer bits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from plasticity.errors import StoreError, listed
from plasticity.expressions.evaluate import Labelled, reduced
from plasticity.typing import Array

# What CF calls them in `cell_methods`; it has no word for the others.
_CELL_METHODS = {"std": "standard_deviation", "min": "minimum", "max": "maximum"}
BIN = "bin"


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
        """Raise `StoreError` where an array has not all of the dimensions."""
        for dim in self.over:
            if dim not in dims:
                raise StoreError(
                    f"{name!r} has no dimension {dim!r} to take the {self.name} over (it has "
                    f"{listed(dims) or 'none'}); record it apart from the others"
                )

    def __call__(self, array: Labelled) -> Labelled:
        """Return the reduced array."""
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
        """Return the labels of an array of these dimensions after the reduction."""
        comments = {"norm": f"p = {self.power:g}", "quantile": f"of {self.share:g}"}
        methods = cell_methods(self.over or dims, self.name, comments.get(self.name, ""))
        counts = {"units": "1"} if self.name == "histogram" else {}
        return {**labels, **counts, "cell_methods": methods}


def cell_methods(dims: tuple[str, ...], method: str, comment: str = "") -> str:
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
