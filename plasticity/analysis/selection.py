"""The patterns that neurons select: which, how many, of which class, shared with whom.

All take `responses` (neuron, sample), as `responses_of` gives them. The sets A_i are those of
`plasticity.formulas.selected`: a neuron selects what it responds to with more than its mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.dims import class_labels, coords_of, values_of
from plasticity.errors import DataError


def selected(responses: xr.DataArray) -> xr.DataArray:
    """Whether each neuron selects each pattern: x in A_i; (neuron, sample) of bool."""
    chosen = formulas.selected(values_of(responses, "neuron", "sample"))
    told = {"long_name": "whether the neuron selects the pattern"}
    coords = coords_of(responses, "neuron", "sample")
    return xr.DataArray(chosen, coords, ("neuron", "sample"), "selected", told)


def patterns_by_count(responses: xr.DataArray) -> xr.DataArray:
    """How many patterns exactly k neurons select, for k from 0 to all; (count,), with k as labels.

        n_k = |{x : |{i : x in A_i}| = k}|

    n_0 are the patterns that the network does not memorize, n_1 those without redundancy.

    >>> one_each = xr.DataArray(np.eye(3), dims=("neuron", "sample"))
    >>> patterns_by_count(one_each).values.tolist()
    [0, 3, 0, 0]
    """
    found = formulas.patterns_by_count(selected(responses).values)
    told = {"long_name": "samples that so many neurons select", "units": "1"}
    return xr.DataArray(found, {"count": np.arange(len(found))}, ("count",), "n_sample", told)


def shared_selection(responses: xr.DataArray) -> xr.DataArray:
    """The redundancy matrix: what two neurons both select, of what either does; (neuron, other).

        R_ij = |A_i and A_j| / |A_i or A_j|

    In [0, 1], and 1 where i = j; NaN where one of the two selects nothing.
    """
    shares = formulas.shared_selection(selected(responses).values)
    told = {"long_name": "share of samples selected by both", "units": "1"}
    coords: dict[str, Any] = dict(coords_of(responses, "neuron"))
    if "neuron" in coords:
        coords["other"] = coords["neuron"].values
    return xr.DataArray(shares, coords, ("neuron", "other"), "shared", told)


def classes_selected(responses: xr.DataArray, labels: Any = None) -> xr.DataArray:
    """How many patterns of each class a neuron selects; (neuron, class).

        n_ic = |A_i and X_c|

    labels  of the samples; where there are none, the coordinate "label" of the responses

    The purity of a neuron is its largest number over the sum of all.

    Raises `DataError` where there are no labels.

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
    told = {"long_name": "samples of a class that the neuron selects", "units": "1"}
    return xr.DataArray(counts, coords, ("neuron", "class"), "n_sample", told)


def ranked_patterns(responses: xr.DataArray, count: int = 10) -> xr.Dataset:
    """The patterns that each neuron memorized, those to which it responds most first.

    count    how many of each neuron at most
    returns  `pattern` (neuron, rank), the number of the sample, -1 where fewer are selected, and
             `response`, NaN there; with labels in the responses also `label`, "" or -1 there

    Equal responses are in the order of the samples.

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
    found = {
        "pattern": (dims, np.where(known, order, -1), {"long_name": "number of the sample"}),
        "response": (dims, response, {"long_name": "response to the sample", "units": "1"}),
    }
    if "label" in responses.coords:
        labels = responses["label"].values
        none: Any = "" if labels.dtype.kind in "US" else -1
        found["label"] = (dims, np.where(known, labels[order], none), {"long_name": "label"})
    return xr.Dataset(found, coords)
