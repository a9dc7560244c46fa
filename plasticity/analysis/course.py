"""How measurements and thresholds went along a run, and how they are spread over the neurons."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr

from plasticity.errors import DataError
from plasticity.store.run import Run

_QUARTILES = (0.25, 0.5, 0.75)


def course_of(run: Run, layer: int | str = -1, levels: Sequence[float] = _QUARTILES) -> xr.Dataset:
    """All measurements of a run, and its threshold where one was recorded, over `step`.

    What has a value for each neuron becomes its quantiles over them, along a dimension `quantile`.
    Measurements and threshold are taken at steps of their own: NaN where one has no value.
    """
    found = [quantiles(run.recorded("metrics", layer), levels)]
    recorded = run.recorded("trajectory", layer)
    if "threshold" in recorded:
        found.append(quantiles(recorded[["threshold"]], levels))
    parts = [part.drop_vars("epoch", errors="ignore") for part in found]
    return xr.merge(parts, join="outer", compat="no_conflicts", combine_attrs="drop_conflicts")


def quantiles(series: xr.Dataset, levels: Sequence[float] = _QUARTILES) -> xr.Dataset:
    """The quantiles over the neurons of each array that has a dimension `neuron`; NaN left out.

    >>> ramp = xr.Dataset({"up": (("step", "neuron"), [[0.0, 1.0, 2.0]])})
    >>> quantiles(ramp).up.values.tolist()
    [[0.5, 1.0, 1.5]]
    """
    found = {}
    for name, array in series.data_vars.items():
        if "neuron" in array.dims:
            with warnings.catch_warnings():
                # Of values that are all NaN the quantile is NaN, as it should be.
                warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
                array = array.quantile(list(levels), "neuron", keep_attrs=True, skipna=True)
            array = array.transpose(..., "quantile")
        found[name] = array
    return xr.Dataset(found, attrs=series.attrs)


def histogram(
    values: xr.DataArray, bins: int | Sequence[float] = 20, *, over: str = "neuron"
) -> xr.DataArray:
    """How many neurons have a value in each bin: of selectivities along a run, say.

    values   any dimensions, one of them `over`; NaN is counted nowhere
    bins     how many bins of equal width from the smallest value to the largest, the same at all
             steps, or their edges
    returns  `over` replaced by `bin`, labelled by the middles, with coordinates `low` and `high`

    A bin holds its lower edge, the last also its upper.

    Raises `DataError` where there is no finite value to lay bins around, or no dimension `over`.

    >>> counts = histogram(xr.DataArray([0.0, 0.1, 1.0], dims="neuron"), 2)
    >>> counts.values.tolist(), counts.bin.values.tolist()
    ([2, 1], [0.25, 0.75])
    """
    if over not in values.dims:
        dims = ", ".join(map(str, values.dims))
        raise DataError(f"histogram: there is no dimension {over!r} (there are {dims})")
    finite = values.values[np.isfinite(values.values)]
    if isinstance(bins, int) and not finite.size:
        raise DataError("histogram: no value is finite, so there is nothing to lay bins around")
    edges = np.histogram_bin_edges(finite, bins)
    last = values.transpose(..., over)
    rows = last.values.reshape(-1, last.shape[-1])
    counts = [np.histogram(row[np.isfinite(row)], edges)[0] for row in rows]
    coords = {
        **{name: held for name, held in last.coords.items() if over not in held.dims},
        "bin": (edges[:-1] + edges[1:]) / 2,
        "low": ("bin", edges[:-1]),
        "high": ("bin", edges[1:]),
    }
    shape = (*last.shape[:-1], len(edges) - 1)
    told = {"long_name": f"{over}s in the bin", "units": "1"}
    kept = (*last.dims[:-1], "bin")
    return xr.DataArray(np.reshape(counts, shape), coords, kept, "count", told)
