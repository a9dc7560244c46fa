"""Neurons, or samples, as points: their main directions, and groups among them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from plasticity.analysis.dims import coords_of, values_of
from plasticity.errors import DataError


def principal_components(values: xr.DataArray, count: int = 2, *, of: str = "neuron") -> xr.Dataset:
    """Principal components of weights (neuron, input) or responses (neuron, sample).

    of       the dimension whose members are the points; the other holds their coordinates
    count    how many components
    returns  `score` (of, component), the points; `direction` (component, other), orthonormal;
             `explained` (component,), shares of the variance; `centre` (other,)

    By scikit-learn, with the whole decomposition. A direction is turned so that its largest entry
    is above 0.

    Raises `DataError` for more components than there are.
    """
    from sklearn.decomposition import PCA

    other = _other(values, of)
    points = values_of(values, of, other)
    if not 1 <= count <= min(points.shape):
        raise DataError(
            f"principal_components: count must lie in [1, {min(points.shape)}] for {len(points)} "
            f"points with {points.shape[1]} coordinates, got {count}"
        )
    fitted = PCA(n_components=count, svd_solver="full").fit(points)
    directions = fitted.components_
    largest = np.argmax(np.abs(directions), axis=1)
    turn = np.where(directions[np.arange(count), largest] < 0, -1, 1).astype(directions.dtype)
    with np.errstate(invalid="ignore"):  # points that are all alike have no variance to explain
        explained = fitted.explained_variance_ratio_
    return xr.Dataset(
        {
            "score": ((of, "component"), fitted.transform(points) * turn),
            "direction": (("component", other), directions * turn[:, np.newaxis]),
            "explained": (("component",), explained, {"long_name": "share of the variance"}),
            "centre": ((other,), fitted.mean_),
        },
        {**coords_of(values, of), **coords_of(values, other), "component": np.arange(count)},
    )


def clusters(values: xr.DataArray, count: int, *, of: str = "neuron", seed: int = 0) -> xr.Dataset:
    """Groups among neurons by their weights (neuron, input) or responses (neuron, sample).

    count    how many groups
    of       the dimension whose members are grouped
    returns  `cluster` (of,), the number of the group, 0 for the largest; `centre` (group, other),
             the means; `size` (group,)

    By the k-means of scikit-learn, the best of ten starts drawn with `seed`.

    Raises `DataError` for more groups than there are different points.
    """
    from sklearn.cluster import KMeans

    other = _other(values, of)
    points = values_of(values, of, other)
    different = len(np.unique(points, axis=0))
    if not 1 <= count <= different:
        raise DataError(
            f"clusters: count must lie in [1, {different}], the number of different points, got "
            f"{count}"
        )
    fitted = KMeans(n_clusters=count, n_init=10, random_state=seed).fit(points)
    sizes = np.bincount(fitted.labels_, minlength=count)
    # Of groups of one size the one with the first point comes first.
    first = [int(np.argmax(fitted.labels_ == group)) for group in range(count)]
    order = np.lexsort((np.array(first), -sizes))
    place = np.argsort(order)
    return xr.Dataset(
        {
            "cluster": ((of,), place[fitted.labels_], {"long_name": "group, the largest is 0"}),
            "centre": (("group", other), fitted.cluster_centers_[order]),
            "size": (("group",), sizes[order], {"long_name": "members of the group"}),
        },
        {**coords_of(values, of), **coords_of(values, other), "group": np.arange(count)},
    )


def _other(values: xr.DataArray, of: str) -> str:
    """The dimension of a matrix beside `of`."""
    others = [str(dim) for dim in values.dims if dim != of]
    if len(others) != 1 or values.ndim != 2:
        raise DataError(
            f"analysis: the array must have two dimensions, one of them {of!r}, got "
            f"({', '.join(map(str, values.dims))})"
        )
    return others[0]
