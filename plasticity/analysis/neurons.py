"""One row a neuron: what its weights and responses tell of it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.dims import coords_of, values_of


def neuron_table(weights: xr.DataArray, responses: xr.DataArray) -> xr.Dataset:
    """Numbers of each neuron, to sort or to compare them by; `.to_dataframe()` makes a table.

    weights    (neuron, input)
    responses  (neuron, sample), as `responses_of` gives them
    returns    of dimension (neuron,):
               n_selected      |A_i|, the patterns that it selects
               n_alone         the patterns that no other neuron selects
               peakedness      1 - mean / max of its responses
               activity_ratio  mean^2 / mean square of its responses
               kurtosis        excess kurtosis of its responses
               norm            Euclidean norm of its weights
               entropy         of the sizes of its weights, in bits

    The formulas are those of `plasticity.formulas`.
    """
    sizes, activity = (
        values_of(weights, "neuron", "input"),
        values_of(responses, "neuron", "sample"),
    )
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
    found = {
        name: ("neuron", values, {"long_name": told, "units": "bit" if name == "entropy" else "1"})
        for name, (values, told) in columns.items()
    }
    return xr.Dataset(found, coords_of(responses, "neuron"))
