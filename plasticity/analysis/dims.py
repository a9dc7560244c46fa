"""Checks and dimensions of the arrays given to an analysis."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from plasticity.errors import DataError, UnknownNameError
from plasticity.typing import Array

_MOST = 12  # values that an error names


ImageShape = tuple[int, ...] | None  # of the inputs: (y, x) or (y, x, channel)


def values_of(array: xr.DataArray, *dims: str) -> Array:
    """Return the values, all finite, with their dimensions in this order, or raise `DataError`."""
    if set(array.dims) != set(dims):
        named = f" {array.name!r}" if array.name else ""
        raise DataError(
            f"analysis: the array{named} must have the dimensions ({', '.join(dims)}), got "
            f"({', '.join(map(str, array.dims))})"
        )
    values: Array = array.transpose(*dims).values
    if not np.isfinite(values).all():
        raise DataError(
            f"analysis: {np.count_nonzero(~np.isfinite(values))} of {values.size} values are not "
            "finite: the run diverged, or these were not recorded at every step"
        )
    return values


def chosen(array: Any, at: Mapping[str, Any]) -> Any:
    """Return the part of an array or a dataset at values of coordinates, without their dimensions.

    Raises `UnknownNameError` where a coordinate has no such value, or where it has several.

    >>> rates = xr.DataArray([1.0, 2.0], {"rate": [0.1, 0.01]}, "rate")
    >>> float(chosen(rates, {"rate": 0.01}))
    2.0
    """
    rows: dict[Hashable, Any] = {}
    for name, value in at.items():
        (dim,), known = array[name].dims, array[name].values
        rows[dim] = rows.get(dim, True) & np.array([_same(one, value) for one in known])
        if not rows[dim].any():
            some = ", ".join(map(str, known[:_MOST])) + ", ..." * (len(known) > _MOST)
            raise UnknownNameError(f"{name}: has no value {value!r} (there are {some})")
    for dim, same in rows.items():
        if same.sum() > 1:
            raise UnknownNameError(f"{dim}: {same.sum()} of its places are meant; say more of it")
    return array.isel({dim: int(same.argmax()) for dim, same in rows.items()})


def _same(known: Any, wanted: Any) -> bool:
    if isinstance(known, float | int | np.number) and isinstance(wanted, float | int):
        return bool(np.isclose(known, wanted, rtol=1e-9, atol=1e-15))
    return bool(known == wanted)


def without_constant(array: xr.DataArray, image_shape: ImageShape) -> xr.DataArray:
    """Return an array without its constant input, if it has one beside the inputs of an image."""
    size = int(np.prod(image_shape or ()))
    beside = "constant_input" in array.attrs and array.sizes.get("input") == size + 1
    return array.isel(input=slice(size)) if beside and image_shape else array


def coords_of(array: xr.DataArray, *dims: str) -> dict[str, xr.DataArray]:
    """Return the coordinates that have these dimensions and no others."""
    return {
        str(name): coord
        for name, coord in array.coords.items()
        if coord.dims and set(coord.dims) <= set(dims)
    }


def class_labels(labels: Array, n_sample: int) -> Array:
    """Return the labels as an array (sample,), or raise `DataError` for another number of them."""
    labels = np.asarray(labels)
    if labels.shape != (n_sample,):
        raise DataError(
            f"analysis: {n_sample} samples need as many labels, got labels of shape {labels.shape}"
        )
    return labels
