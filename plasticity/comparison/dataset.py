"""All that the runs of a comparison measured, as one labelled Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from plasticity.comparison.result import SPEED, Contender

_AT_END = {"long_name": "share of held-out samples whose label a readout found", "units": "1"}
_SPEED = {"long_name": "samples a second of training alone", "units": "1/s"}


def dataset_of(contenders: Sequence[Contender], columns: Sequence[str]) -> xr.Dataset:
    """Return measurements over experiment, seed and step, and those of the end over the first two.

    columns   names of the table of the comparison; those that no metric recorded are of the end
    """
    metrics = {
        (index, run.seed): run.run.metrics.load()
        for index, contender in enumerate(contenders)
        for run in contender.runs
        if run.run is not None
    }
    seeds = sorted({run.seed for contender in contenders for run in contender.runs})
    measured = [dataset["step"].values for dataset in metrics.values() if "step" in dataset]
    steps = np.unique(np.concatenate([np.zeros(0, np.int64), *measured]))
    # Of type object, since Zarr has no stable format for strings of fixed length.
    named = np.array([contender.name for contender in contenders], object)
    coords = {"experiment": named, "seed": seeds, "step": steps}
    names = dict.fromkeys(str(name) for dataset in metrics.values() for name in dataset.data_vars)
    variables = {name: _over_step(name, metrics, coords) for name in ("epoch", *names)}
    for name in columns:
        if name not in names:
            values = np.full((len(contenders), len(seeds)), np.nan)
            for row, contender in zip(values, contenders, strict=True):
                row[[seeds.index(run.seed) for run in contender.runs]] = contender.values(name)
            variables[name] = xr.Variable(
                ("experiment", "seed"), values, _SPEED if name == SPEED else _AT_END
            )
    return xr.Dataset(variables, coords).set_coords("epoch")


def _over_step(
    name: str, metrics: Mapping[tuple[int, int], xr.Dataset], coords: Mapping[str, Any]
) -> xr.Variable:
    """Return one measurement of all runs; of neurons, smaller layers end in NaN."""
    arrays = {key: dataset[name] for key, dataset in metrics.items() if name in dataset.variables}
    none = xr.DataArray([], dims="step")
    like = max(arrays.values(), default=none, key=lambda array: array.shape[1:])
    shape = [len(values) for values in coords.values()]
    whole = np.full((*shape, *like.shape[1:]), np.nan)
    for (index, seed), array in arrays.items():
        at = np.searchsorted(coords["step"], array["step"].values)
        part = whole[index, coords["seed"].index(seed)]
        part[(at, *map(slice, array.shape[1:]))] = array.values
    return xr.Variable((*coords, *like.dims[1:]), whole, like.attrs)
