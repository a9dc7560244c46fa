"""Arrays that a run recorded over its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plasticity.analysis.dims import without_constant
from plasticity.errors import DataError
from plasticity.store.run import Run

if TYPE_CHECKING:
    import xarray as xr


def along(run: Run, name: str, layer: int | str = -1) -> xr.DataArray:
    """Return an array over `step`, from the group with the most frames, without constant input.

    Raises `DataError` if no group has two frames.
    """
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
