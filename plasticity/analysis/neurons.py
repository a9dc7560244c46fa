"""Neurons or samples as points: a table of their numbers, principal components and clusters."""

import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.dims import coords_of, values_of
from plasticity.errors import DataError
from plasticity.typing import Array


def neuron_table(weights: xr.DataArray, responses: xr.DataArray) -> xr.Dataset:
    """Return numbers of each neuron to sort or compare them by; `.to_dataframe()` makes a table.

    `n_selected` and `n_alone`, the patterns that a neuron selects, and that no other does;
    `peakedness`, `activity_ratio` and `kurtosis` of its responses; `norm` and `entropy`, in bits,
    of its weights. The formulas are those of `plasticity.formulas`.

    Parameters
    ----------
    weights : DataArray (neuron, input)
    responses : DataArray (neuron, sample)
        As from `responses_of`.
    """
    sizes = values_of(weights, "neuron", "input")
    activity = values_of(responses, "neuron", "sample")
    chosen = formulas.selected(activity)
    alone = chosen & (np.count_nonzero(chosen, axis=0) == 1)
    columns = {
        "n_selected": (np.count_nonzero(chosen, axis=1), "samples that the neuron selects"),
        "n_alone": (np.count_nonzero(alone, axis=1), "samples that it alone selects"),
        "peakedness": (formulas.peakedness(activity), "1 less mean over largest response"),
        "activity_ratio": (formulas.activity_ratio(activity), "mean squared over mean square"),
        "kurtosis": (formulas.excess_kurtosis(activity), "excess kurtosis of the responses"),
        "norm": (formulas.p_norms(sizes), "norm of the weights"),
        "entropy": (formulas.entropy_of_sizes(sizes), "entropy of the sizes of the weights"),
    }
    arrays = {
        name: ("neuron", values, {"long_name": title, "units": "bit" if name == "entropy" else "1"})
        for name, (values, title) in columns.items()
    }
    return xr.Dataset(arrays, coords_of(responses, "neuron"))


def principal_components(values: xr.DataArray, count: int = 2, *, of: str = "neuron") -> xr.Dataset:
    """Return the principal components of weights or responses, by scikit-learn's full SVD.

    The sign of a component is chosen such that the largest entry of its direction is positive.
    Raises `DataError` for more components than there are.

    Parameters
    ----------
    values : DataArray (neuron, input) or (neuron, sample)
    count : int
        Number of components.
    of : str
        Dimension whose members are the points; the other holds their coordinates.

    Returns
    -------
    Dataset
        `score` (of, component), the points; `direction` (component, other), orthonormal;
        `explained` (component,), shares of the variance; `centre` (other,).
    """
    from sklearn.decomposition import PCA

    points, other = _points(values, of)
    if not 1 <= count <= min(points.shape):
        raise DataError(
            f"principal_components: count must lie in [1, {min(points.shape)}] for {len(points)} "
            f"points with {points.shape[1]} coordinates, got {count}"
        )
    model = PCA(n_components=count, svd_solver="full").fit(points)
    with np.errstate(invalid="ignore"):  # identical points have no variance to explain
        explained = model.explained_variance_ratio_
    return xr.Dataset(
        {
            "score": ((of, "component"), model.transform(points)),
            "direction": (("component", other), model.components_),
            "explained": (("component",), explained, {"long_name": "share of the variance"}),
            "centre": ((other,), model.mean_),
        },
        {**coords_of(values, of), **coords_of(values, other), "component": np.arange(count)},
    )


def clusters(values: xr.DataArray, count: int, *, of: str = "neuron", seed: int = 0) -> xr.Dataset:
    """Return clusters of weights or responses, by the best of ten runs of scikit-learn's k-means.

    Raises `DataError` for more clusters than there are different points.

    Parameters
    ----------
    values : DataArray (neuron, input) or (neuron, sample)
    count : int
        Number of clusters.
    of : str
        Dimension whose members are clustered.
    seed : int
        Seed of the initial centres.

    Returns
    -------
    Dataset
        `cluster` (of,), the number of the group, 0 for the largest; `centre` (group, other), the
        means; `size` (group,).
    """
    from sklearn.cluster import KMeans

    points, other = _points(values, of)
    different = len(np.unique(points, axis=0))
    if not 1 <= count <= different:
        raise DataError(
            f"clusters: count must lie in [1, {different}], the number of different points, got "
            f"{count}"
        )
    model = KMeans(n_clusters=count, n_init=10, random_state=seed).fit(points)
    sizes = np.bincount(model.labels_, minlength=count)
    # Of groups of one size the one with the first point comes first.
    first = np.array([np.argmax(model.labels_ == group) for group in range(count)])
    order = np.lexsort((first, -sizes))
    rank = np.argsort(order)
    return xr.Dataset(
        {
            "cluster": ((of,), rank[model.labels_], {"long_name": "group, the largest is 0"}),
            "centre": (("group", other), model.cluster_centers_[order]),
            "size": (("group",), sizes[order], {"long_name": "members of the group"}),
        },
        {**coords_of(values, of), **coords_of(values, other), "group": np.arange(count)},
    )


def _points(values: xr.DataArray, of: str) -> tuple[Array, str]:
    """Return a matrix with a row for each member of `of`, and its other dimension."""
    others = [str(dim) for dim in values.dims if dim != of]
    if len(others) != 1 or values.ndim != 2:
        raise DataError(
            f"analysis: the array must have two dimensions, one of them {of!r}, got "
            f"({', '.join(map(str, values.dims))})"
        )
    return values_of(values, of, others[0]), others[0]
