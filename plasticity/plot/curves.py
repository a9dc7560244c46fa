"""Thresholds and measurements over the steps of a run."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from plasticity.analysis.course import along
from plasticity.errors import DataError
from plasticity.plot.canvas import axes, colour_of, integer_ticks, number_ticks, quiet
from plasticity.store.run import Run
from plasticity.typing import Array

Trace = tuple[Array, Array]
_LOGARITHMIC_FROM = 100  # largest over smallest value


def theta(run: Run, *, label: str = "", colour: int = 0, ax: Axes | None = None) -> Axes:
    """Plot the modification threshold of the last layer over the steps: median and quartiles.

    Raises `DataError` if the threshold was not recorded during the run.

    Parameters
    ----------
    label : str
        Label of the line, in place of that of the axis.
    colour : int
        Position in the palette of runs.
    """
    recorded = along(run, "threshold")
    ax = axes(ax)
    low, middle, high = np.nanquantile(recorded.values, (0.25, 0.5, 0.75), axis=1)
    steps = recorded["step"].values
    ax.fill_between(steps, low, high, color=colour_of(colour), alpha=0.18, linewidth=0)
    ax.plot(steps, middle, color=colour_of(colour), linewidth=1.6, label=label or None)
    quiet(ax)
    ax.set(xlabel="step", ylabel="" if label else "theta")
    integer_ticks(ax.xaxis)
    number_ticks(ax.yaxis)
    ax.set_xlim(left=0)
    return ax


def traces(courses: Mapping[int, list[Trace]], *, ax: Axes | None = None) -> Axes:
    """Plot one measurement over the steps, each run in its colour, further seeds thinner.

    The vertical axis is logarithmic if all values are positive and span a factor of 100. Raises
    `DataError` if no value is finite.

    Parameters
    ----------
    courses : mapping of int to list of tuple of ndarray (step,)
        Steps and values for each seed of a run, by its position in the palette.
    """
    values = np.concatenate([values for seeds in courses.values() for _, values in seeds])
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise DataError("traces: no value is finite")
    ax = axes(ax)
    for index, seeds in courses.items():
        for number, (steps, values) in enumerate(seeds):
            thin = number > 0
            # A single measurement has no line.
            marker = "o" if np.isfinite(values).sum() == 1 else None
            ax.plot(
                steps, values, color=colour_of(index), linewidth=0.8 if thin else 1.6,
                alpha=0.55 if thin else 1, marker=marker, markersize=3,
            )  # fmt: skip
    quiet(ax)
    if finite.min() > 0 and finite.max() / finite.min() >= _LOGARITHMIC_FROM:
        _decades(ax, finite)
    else:
        number_ticks(ax.yaxis)
        if np.ptp(finite) <= 1e-9 * abs(finite[0]):
            ax.set_ylim(*sorted((0, 2 * float(finite[0]) or 1.0)))
    integer_ticks(ax.xaxis)
    ax.set_xlim(left=0)
    return ax


def trace_of(array: xr.DataArray) -> Trace:
    """Return the steps and values of a measurement, averaged over all dimensions but the step."""
    values = np.asarray(array.values, np.float64).reshape(len(array), -1)
    known = ~np.isnan(values).all(axis=1)
    mean = np.full(len(values), np.nan)
    mean[known] = np.nanmean(values[known], axis=1)
    # A metric with a cadence of its own has no value at the steps of the others.
    measured = known if "cadence" in array.attrs else slice(None)
    return array["step"].values[measured], mean[measured]


def _decades(ax: Axes, values: Array) -> None:
    ax.set_yscale("log")
    low, high = np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))
    every = max(1, int(np.ceil((high - low) / 5)))
    ax.set_ylim(10**low, 10**high)
    ax.set_yticks([10.0**k for k in np.arange(low, high + 1, every)])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
