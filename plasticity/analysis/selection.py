"""The patterns that neurons select: which, how many, of which class, shared with whom.

A neuron selects the patterns to which it responds with more than its mean; the sets A_i are those
of `plasticity.formulas.selected`. All functions take responses (neuron, sample), as they come from
`responses_of`.
"""

from typing import Any

import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.dims import class_labels, coords_of, values_of
from plasticity.errors import DataError


def selected(responses: xr.DataArray) -> xr.DataArray:
    """Return for each (neuron, sample) of responses whether the neuron selects it: x in A_i."""
    chosen = formulas.selected(values_of(responses, "neuron", "sample"))
    attributes = {"long_name": "whether the neuron selects the pattern"}
    coords = coords_of(responses, "neuron", "sample")
    return xr.DataArray(chosen, coords, ("neuron", "sample"), "selected", attributes)


def patterns_by_count(responses: xr.DataArray) -> xr.DataArray:
    """Return the number of patterns that exactly k neurons select, along `count`, k from 0 to all.

        n_k = |{x : |{i : x in A_i}| = k}|

    n_0 are the patterns that the network does not memorize, n_1 those without redundancy.

    Examples
    --------
    >>> one_each = xr.DataArray(np.eye(3), dims=("neuron", "sample"))
    >>> patterns_by_count(one_each).values.tolist()
    [0, 3, 0, 0]
    """
    counts = formulas.patterns_by_count(selected(responses).values)
    attributes = {"long_name": "samples that so many neurons select", "units": "1"}
    return xr.DataArray(
        counts, {"count": np.arange(len(counts))}, ("count",), "n_sample", attributes
    )


def shared_selection(responses: xr.DataArray) -> xr.DataArray:
    """Return the redundancy matrix (neuron, other): the share of what two select that both select.

        R_ij = |A_i and A_j| / |A_i or A_j|

    It lies in [0, 1], is 1 for i = j, and NaN where one of the two selects nothing.
    """
    shares = formulas.shared_selection(selected(responses).values)
    attributes = {"long_name": "share of samples selected by both", "units": "1"}
    coords: dict[str, Any] = dict(coords_of(responses, "neuron"))
    if "neuron" in coords:
        coords["other"] = coords["neuron"].values
    return xr.DataArray(shares, coords, ("neuron", "other"), "shared", attributes)


def classes_selected(responses: xr.DataArray, labels: Any = None) -> xr.DataArray:
    """Return the number of patterns of each class that a neuron selects, (neuron, class).

        n_ic = |A_i and X_c|

    The purity of a neuron is its largest number over the sum of all. The labels (sample,) are by
    default the coordinate "label" of the responses. Raises `DataError` if there are none.

    Examples
    --------
    >>> one_each = xr.DataArray(np.eye(3), dims=("neuron", "sample"))
    >>> classes_selected(one_each, ["a", "b", "a"]).sel({"class": "a"}).values.tolist()
    [1, 0, 1]
    """
    if labels is None and "label" not in responses.coords:
        raise DataError(
            "classes_selected: there are no labels; give labels=..., or give them to responses_of"
        )
    labels = responses["label"].values if labels is None else labels
    labels = class_labels(labels, responses.sizes.get("sample", 0))
    classes, counts = formulas.class_counts(selected(responses).values, labels)
    coords = {**coords_of(responses, "neuron"), "class": classes}
    attributes = {"long_name": "samples of a class that the neuron selects", "units": "1"}
    return xr.DataArray(counts, coords, ("neuron", "class"), "n_sample", attributes)


def ranked_patterns(responses: xr.DataArray, count: int = 10) -> xr.Dataset:
    """Return the patterns that each neuron selects, in descending order of response.

    Parameters
    ----------
    responses : DataArray (neuron, sample)
        Equal responses are in the order of the samples.
    count : int
        Patterns per neuron at most.

    Returns
    -------
    Dataset (neuron, rank)
        `pattern`, the number of the sample, -1 where fewer are selected; `response`, NaN there;
        if the responses have labels also `label`, "" or -1 there.

    Examples
    --------
    >>> responses = xr.DataArray([[0.0, 3.0, 1.0, 4.0]], dims=("neuron", "sample"))
    >>> ranked_patterns(responses, 3).pattern.values.tolist()
    [[3, 1, -1]]
    """
    values = values_of(responses, "neuron", "sample")
    chosen = formulas.selected(values)
    order = np.argsort(np.where(chosen, -values, np.inf), axis=1, kind="stable")[:, :count]
    known = np.take_along_axis(chosen, order, axis=1)
    response = np.where(known, np.take_along_axis(values, order, axis=1), np.nan)
    coords = {**coords_of(responses, "neuron"), "rank": np.arange(order.shape[1])}
    dims = ("neuron", "rank")
    arrays = {
        "pattern": (dims, np.where(known, order, -1), {"long_name": "number of the sample"}),
        "response": (dims, response, {"long_name": "response to the sample", "units": "1"}),
    }
    if "label" in responses.coords:
        labels = responses["label"].values
        none: Any = "" if labels.dtype.kind in "US" else -1
        arrays["label"] = (dims, np.where(known, labels[order], none), {"long_name": "label"})
    return xr.Dataset(arrays, coords)
