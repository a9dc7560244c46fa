"""What a run recorded along its way, wherever in its store it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plasticity.analysis.dims import without_constant
from plasticity.errors import DataError
from plasticity.store.run import Run

if TYPE_CHECKING:
    import xarray as xr

_SEVERAL = 2  # frames, below which there is no course


def along(run: Run, name: str, layer: int | str = -1) -> xr.DataArray:
    """An array recorded over `step`, of the group with the most frames; without a constant input.

    Raises `DataError` where no group has two frames.
    """
    found = [
        dataset[name]
        for group in run.series(layer)
        if group != "metrics"
        if name in (dataset := run.recorded(group, layer)) and dataset[name].dims[:1] == ("step",)
    ]
    best = max(found, key=lambda array: array.sizes["step"], default=None)
    if best is None or best.sizes["step"] < _SEVERAL:
        raise DataError(
            f"{run.store.target or 'the run'}: {name!r} was not recorded along the run; give the "
            f'experiment a recorder with variables = ["{name}"]'
        )
    # What a step fills, as the threshold, is not there before the first.
    not_yet = best["step"][0] == 0 and best[0].isnull().all()
    return without_constant(best[1:] if not_yet else best, run.image_shape)
