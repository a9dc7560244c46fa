"""Measurements and thresholds over the steps of a run, and their spread over the neurons."""

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr

from plasticity.analysis.dims import without_constant
from plasticity.errors import DataError
from plasticity.store.run import Run

_QUARTILES = (0.25, 0.5, 0.75)


def course_of(run: Run, layer: int | str = -1, levels: Sequence[float] = _QUARTILES) -> xr.Dataset:
    """Return the measurements of a run, and its threshold if recorded, over `step`.

    Measurements and threshold have steps of their own: a value is NaN where there is none.

    Parameters
    ----------
    layer : int or str
        Index or name of the layer.
    levels : sequence of float
        Quantiles over the neurons, along a new dimension `quantile`, of whatever has a value for
        each neuron.
    """
    parts = [quantiles(run.recorded("metrics", layer), levels)]
    recorded = run.recorded("trajectory", layer)
    if "threshold" in recorded:
        parts.append(quantiles(recorded[["threshold"]], levels))
    parts = [part.drop_vars("epoch", errors="ignore") for part in parts]
    return xr.merge(parts, join="outer", compat="no_conflicts", combine_attrs="drop_conflicts")


def quantiles(series: xr.Dataset, levels: Sequence[float] = _QUARTILES) -> xr.Dataset:
    """Return the quantiles over the neurons, without NaN, of each array that has such a dimension.

    A last dimension `quantile` is in the place of `neuron`.

    Parameters
    ----------
    series : Dataset
        Arrays without a dimension `neuron` stay as they are.
    levels : sequence of float
        Levels in [0, 1].

    Examples
    --------
    >>> ramp = xr.Dataset({"up": (("step", "neuron"), [[0.0, 1.0, 2.0]])})
    >>> quantiles(ramp).up.values.tolist()
    [[0.5, 1.0, 1.5]]
    """
    if "neuron" not in series.dims:
        return series
    with warnings.catch_warnings():
        # The quantile of values that are all NaN is NaN, as it should be.
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        spread = series.quantile(list(levels), "neuron", keep_attrs=True, skipna=True)
    return spread.transpose(..., "quantile")


def histogram(
    values: xr.DataArray, bins: int | Sequence[float] = 20, *, over: str = "neuron"
) -> xr.DataArray:
    """Return the number of neurons in each bin of values, such as selectivities along a run.

    A bin includes its lower edge, the last one also its upper edge. NaN is in no bin. A last
    dimension `bin`, labelled by the middles, with coordinates `low` and `high`, is in the place of
    `over`. Raises `DataError` if no value is finite, or there is no dimension `over`.

    Parameters
    ----------
    values : DataArray
        Any dimensions, one of them `over`.
    bins : int or sequence of float
        Number of bins of equal width, the same at all steps, or their edges.
    over : str
        Dimension to count along.

    Examples
    --------
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
        **{name: coord for name, coord in last.coords.items() if over not in coord.dims},
        "bin": (edges[:-1] + edges[1:]) / 2,
        "low": ("bin", edges[:-1]),
        "high": ("bin", edges[1:]),
    }
    shape = (*last.shape[:-1], len(edges) - 1)
    attributes = {"long_name": f"{over}s in the bin", "units": "1"}
    new_dims = (*last.dims[:-1], "bin")
    return xr.DataArray(np.reshape(counts, shape), coords, new_dims, "count", attributes)


def along(run: Run, name: str, layer: int | str = -1) -> xr.DataArray:
    """Return an array over `step`, from the group with the most frames, which are at least two."""
    recorded = [
        dataset[name]
        for group in run.series(layer)
        if group != "metrics"
        if name in (dataset := run.recorded(group, layer)) and dataset[name].dims[:1] == ("step",)
    ]
    best = max(recorded, key=lambda array: array.sizes["step"], default=None)
    if best is None or best.sizes["step"] < 2:
        raise DataError(
            f"{run.store.target or 'the run'}: {name!r} was not recorded along the run; give the "
            f'experiment a recorder with variables = ["{name}"]'
        )
    # Arrays that a step fills, such as the threshold, are NaN before the first.
    not_yet = best["step"][0] == 0 and best[0].isnull().all()
    return without_constant(best[1:] if not_yet else best, run.image_shape)
