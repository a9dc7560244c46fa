"""Table of neurons with numbers of their weights and responses."""

from __future__ import annotations

import numpy as np
import xarray as xr

from plasticity import formulas
from plasticity.analysis.dims import coords_of, values_of


def neuron_table(weights: xr.DataArray, responses: xr.DataArray) -> xr.Dataset:
    """Return numbers of each neuron to sort or compare them by; `.to_dataframe()` makes a table.

    Parameters
    ----------
    weights : DataArray (neuron, input)
    responses : DataArray (neuron, sample)
        As from `responses_of`.

    Returns
    -------
    Dataset (neuron,)
        `n_selected` and `n_alone`, the patterns that a neuron selects, and that no other does;
        `peakedness`, `activity_ratio` and `kurtosis` of its responses; `norm` and `entropy`, in
        bits, of its weights. The formulas are those of `plasticity.formulas`.
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
