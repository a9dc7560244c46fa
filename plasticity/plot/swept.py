"""A measurement over the axes of a sweep: as a heat map over two, as curves over one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.analysis.dims import chosen
from plasticity.errors import DataError, UnknownNameError, nearest_or_all
from plasticity.plot.canvas import INK, MUTED, axes, colour_of, number_ticks, quiet, short_number
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

_MAP = "viridis"
_LOGARITHMIC_FROM = 10  # largest over smallest value
_MOST_TICKS, _MOST_WRITTEN = 12, 100  # values along an axis, and cells, that have a text
_MOST_WITH_INTERVAL = 36  # cells
_MOST_LETTERS = 54  # of the values below an axis
_MOST_COLOURS = 6  # lines with the colours of runs; more are on the scale of the map
_RESAMPLES = 2000


def heat(
    swept: Any,
    x: str,
    y: str,
    z: str,
    *,
    at: Mapping[str, Any] | None = None,
    mean: Iterable[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Plot a measurement at the end of the runs over two axes of a sweep, as means over the seeds.

    Cells without a value are hatched, those of which some runs have none are dotted. A few cells
    have the mean written into them, with half of its 95 % interval. Samples of a space, which have
    no grid, are points.

    Parameters
    ----------
    swept : Swept or xarray.Dataset
        A sweep, or its dataset.
    x, y : str
        Coordinates.
    z : str
        A measurement.
    at : mapping, optional
        Values of other coordinates, or another ``step``: ``at={"rate": 0.01}``.
    mean : iterable of str
        Axes over which the mean is taken.

    Raises
    ------
    DataError
        If a further axis has several values, and neither `at` nor `mean` says what to do with it.

    Examples
    --------
    >>> import numpy as np, plasticity as pl
    >>> samples = np.random.default_rng(0).random((100, 16))
    >>> over = {"threshold.memory": [0, 0.9], "optimizer.rate": [0.01, 0.1]}
    >>> swept = pl.sweep("bcm", over, data=samples, neurons=4, epochs=1, observers=[])
    >>> ax = heat(swept, "memory", "rate", "overlap")
    >>> ax.get_xlabel()
    'memory: share gamma of the old threshold kept at each step'
    """
    values, states = _over(swept, z, [x, y], at, mean)
    across, down = (values[name] for name in (_name(values, x), _name(values, y)))
    points = across.dims == down.dims
    values = values.transpose(..., *(() if points else (*down.dims, *across.dims)), "seed")
    means, shares = _means(values), values["share"].values
    ax = axes(ax, 5.6, 4.2)
    colours: dict[str, Any] = {"cmap": _MAP, "vmin": np.nan, "vmax": np.nan}
    if np.isfinite(means).any():
        colours |= {"vmin": np.nanmin(means), "vmax": np.nanmax(means)}
    image: Any
    if points:
        known = shares > 0
        ax.plot(across[~known], down[~known], "x", color=MUTED, markersize=5)
        ax.scatter(across, down, s=0)  # so that the axes reach to the samples without a value
        image = ax.scatter(across[known], down[known], c=means[known], s=26, **colours)
    else:
        edges = (np.arange(size + 1) - 0.5 for size in means.shape[::-1])
        image = ax.pcolormesh(*edges, means, **colours)
        _mark(ax, shares)
        _write(ax, values, image)
    for axis, coordinate in ((ax.xaxis, across), (ax.yaxis, down)):
        (_scale if points else _value_ticks)(axis, coordinate.values)
    quiet(ax, grid=False)
    ax.spines[:].set(visible=points, color=MUTED)
    ax.set(xlabel=label_of(across, 60), ylabel=label_of(down, 44))
    _note(ax, values, states, shares, "crossed" if points else "hatched")
    figure: Any = ax.get_figure()
    bar = figure.colorbar(image, ax=ax, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=7, colors=MUTED)
    bar.set_label(label_of(values, 44), size=8, color=MUTED)
    return ax


def curve(
    swept: Any,
    x: str,
    z: str,
    *,
    by: str = "",
    at: Mapping[str, Any] | None = None,
    mean: Iterable[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Plot a measurement over an axis of a sweep: means, and 95 % intervals over the seeds.

    The interval is that of the mean, by a bootstrap over the seeds. Where a point has no value a
    cross stands on the axis.

    Parameters
    ----------
    swept : Swept or xarray.Dataset
        A sweep, or its dataset.
    x : str
        A coordinate, or ``"step"``.
    z : str
        A measurement, at the end of the runs.
    by : str
        Coordinate with a line for each of its values; by default the only further axis.
    at, mean
        As of `heat`.

    Raises
    ------
    DataError
        If a further axis has several values, and nothing says what to do with it.
    """
    values, states = _over(swept, z, [x, *filter(None, [by])], at, mean, spare=not by)
    along = values[_name(values, x)]
    others = [dim for dim in values.dims if dim not in (*along.dims, "seed")]
    values = values.transpose(*others, *along.dims, "seed")
    across, by = along.values, _name(values, by or (str(others[0]) if others else ""))
    ax = axes(ax)
    lines = list(values) if others else [values]
    named = [_text(value) for value in np.atleast_1d(values[by].values)] if others else [""]
    numbers = across.dtype.kind in "iuf"
    places = np.argsort(across, kind="stable") if numbers else np.arange(len(across))
    positions = across[places] if numbers else places
    joined = numbers and along.name in values.dims
    for index, (line, name) in enumerate(zip(lines, named, strict=True)):
        colour = _colour(index, len(lines))
        ordered = line.values[places]
        means, (low, high) = _means(line)[places], interval(ordered)
        ax.plot(positions, means, "o-" if joined else "o", color=colour, linewidth=1.6,
                markersize=4, label=fill(name, 16) or None)  # fmt: skip
        if joined and line.sizes["seed"] > 1:
            ax.fill_between(positions, low, high, color=colour, alpha=0.18, linewidth=0)
        elif line.sizes["seed"] > 1:
            ax.vlines(positions, low, high, color=colour, alpha=0.5, linewidth=1.6)
        gone = positions[~np.isfinite(means)]
        ax.plot(gone, [0] * len(gone), "x", color=colour, transform=ax.get_xaxis_transform(),
                clip_on=False, markersize=6)  # fmt: skip
    quiet(ax)
    if numbers:
        _scale(ax.xaxis, across)
    else:
        _value_ticks(ax.xaxis, across)
    number_ticks(ax.yaxis)
    ax.set(xlabel=label_of(along, 60), ylabel=label_of(values, 40))
    _note(ax, values, states, values["share"].values, "crossed")
    if others:
        beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1, 1), "frameon": False}
        legend = ax.legend(title=by, fontsize=7, title_fontsize=8, labelcolor=MUTED, **beside)
        legend.get_title().set_color(MUTED)
    return ax


def interval(values: Array) -> tuple[Array, Array]:
    """Return the ends of the 95 % interval of the mean over the last dimension, without NaN.

    It is a bootstrap, the same for the same values; of a single value it is that value.

    >>> low, high = interval(np.array([[3.0, 3.0], [1.0, np.nan], [np.nan, np.nan]]))
    >>> low, high
    (array([ 3.,  1., nan]), array([ 3.,  1., nan]))
    """
    n_seed = values.shape[-1]
    draws = np.random.default_rng(0).integers(n_seed, size=(_RESAMPLES, n_seed))
    known = np.isfinite(values)
    filled, ends = np.where(known, values, 0.0), np.full((2, *values.shape[:-1]), np.nan)
    for place in zip(*np.nonzero(known.any(axis=-1)), strict=True):
        counts = known[place][draws].sum(axis=-1)
        means = filled[place][draws].sum(axis=-1)[counts > 0] / counts[counts > 0]
        ends[(slice(None), *place)] = np.quantile(means, (0.025, 0.975))
    return ends[0], ends[1]


def label_of(array: xr.DataArray, width: int = 1000) -> str:
    """Return the name of a coordinate or measurement, what it is and its unit, on folded lines."""
    about, unit = str(array.attrs.get("long_name", "")), str(array.attrs.get("units", "1"))
    about = "" if about in ("", array.name, array.attrs.get("setting")) else f": {about}"
    return fill(f"{array.name}{about}{f' ({unit})' if unit not in ('', '1') else ''}", width)


def _over(
    swept: Any,
    z: str,
    names: list[str],
    at: Mapping[str, Any] | None,
    mean: Iterable[str],
    spare: bool = False,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return a measurement over coordinates and the seed, and how the runs ended there.

    Its coordinate `share` is the share of the runs of a place that have a value.

    spare   whether a single further axis may stay
    """
    dataset = getattr(swept, "dataset", swept)
    if z not in dataset.data_vars or dataset[z].dtype == object:
        known = [name for name in map(str, dataset.data_vars) if name != "outcome"]
        raise UnknownNameError(f"nothing called {z!r} was measured{nearest_or_all(z, known)}")
    picked = {_name(dataset, name): value for name, value in (at or {}).items()}
    averaged = [_name(dataset, name) for name in mean]
    names = [_name(dataset, name) for name in names]
    part = chosen(dataset[[z, "outcome"]], picked)
    if "step" in part.dims and "step" not in names:
        part = part.isel(step=-1)
    stay = {dim for name in names for dim in part[name].dims if name in part.coords}
    if len(stay) < len(names) and not (len(names) == 2 and stay and _off_grid(part, names)):
        raise DataError(f"{z}: {' and '.join(names)} are not two axes; name one of each")
    rest = [dim for dim in part[z].dims if dim not in (*stay, *averaged, "seed")]
    several = [str(dim) for dim in rest if part.sizes[dim] > 1]
    if len(several) > spare:
        told = " and ".join(
            f"{dim} ({', '.join(map(_text, part[dim].values[:_MOST_TICKS]))})" for dim in several
        )
        first = f"{several[0]}={_text(part[several[0]].values[0])}"
        raise DataError(
            f"{z}: also varies over {told}; hold it at a value (at, --at {first}) or say that the "
            f"mean over it is meant (mean, --mean {several[0]})"
        )
    part = part.squeeze([dim for dim in rest if part.sizes[dim] == 1], drop=True)
    array = part[z].mean([dim for dim in averaged if dim in part.dims])
    array.attrs |= dataset[z].attrs
    held = [f"{name} {_text(value)}" for name, value in picked.items() if name != "seed"]
    over = [
        *averaged,
        *([f"{array.sizes['seed']} seeds"] if array.sizes.get("seed", 1) > 1 else []),
    ]
    array.attrs["held"] = "; ".join(
        [*held, *([f"means over {' and '.join(over)}"] if over else [])]
    )
    array = array.transpose(..., "seed") if "seed" in array.dims else array.expand_dims("seed", -1)
    runs = [dim for dim in part[z].dims if dim in (*averaged, "seed")]
    shares = np.isfinite(part[z]).mean(runs).transpose(*array.dims[:-1])
    return array.assign_coords(share=shares), part["outcome"]


def _off_grid(part: xr.Dataset, names: list[str]) -> bool:
    """Return whether two coordinates lie along one dimension that is neither."""
    one, other = (part[name] for name in names)
    return bool(one.dims == other.dims and names[0] != names[1])


def _name(dataset: Any, name: str) -> str:
    """Return the name of the coordinate that is called so, or that is the setting of this path."""
    by_path = {coord.attrs.get("setting"): str(key) for key, coord in dataset.coords.items()}
    if not name or name in dataset.coords or name in by_path:
        return by_path.get(name, name)
    known = [str(key) for key in dataset.coords if key not in ("seed", "step")]
    raise UnknownNameError(f"the sweep has no coordinate {name!r}{nearest_or_all(name, known)}")


def _means(values: xr.DataArray) -> Array:
    means: Array = values.mean("seed").values  # without a warning where all are NaN
    return means


def _mark(ax: Axes, shares: Array) -> None:
    """Hatch cells in which no run has a value, and dot those in which some have none."""
    from matplotlib.patches import Rectangle

    for row, column in zip(*np.nonzero(shares == 0), strict=True):
        place = column - 0.5, row - 0.5
        ax.add_patch(Rectangle(place, 1, 1, fill=False, hatch="////", edgecolor=MUTED, linewidth=0))
    rows, columns = np.nonzero((shares > 0) & (shares < 1))
    ax.plot(columns + 0.38, rows + 0.36, "o", markersize=3.5, color="#ffffff",
            markeredgecolor=INK, markeredgewidth=0.6)  # fmt: skip


def _write(ax: Axes, values: xr.DataArray, image: Any) -> None:
    """Write the means into their cells, of few cells with half of the interval."""
    means = _means(values)
    if means.size > _MOST_WRITTEN:
        return
    few = means.size <= _MOST_WITH_INTERVAL and values.sizes["seed"] > 1
    low, high = interval(values.values) if few else (means, means)
    for row, column in zip(*np.nonzero(np.isfinite(means)), strict=True):
        red, green, blue, _ = image.cmap(image.norm(means[row, column]))
        ink = "#111111" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "#ffffff"
        text, half = short_number(means[row, column]), (high - low)[row, column] / 2
        text += f"\n± {half:.2g}" if half > 0 else ""
        ax.text(column, row, text, ha="center", va="center", size=7, color=ink)


def _value_ticks(axis: Any, values: Array) -> None:
    """Set a tick at each value, or at some of many."""
    shown = range(0, len(values), -(-len(values) // _MOST_TICKS))
    texts = [_text(values[index]) for index in shown]
    wide = _MOST_LETTERS // len(texts) if axis.axis_name == "x" else 24
    upright = any(len(word) > wide for text in texts for word in text.split())
    axis.set_ticks(list(shown), [fill(text, 24 if upright else wide) for text in texts])
    if upright and axis.axis_name == "x":
        axis.set_tick_params(rotation=90)


def _scale(axis: Any, values: Array) -> None:
    """Set a logarithmic scale where the values are spaced so, and a few ticks."""
    if not is_logarithmic(values):
        number_ticks(axis)
        return
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    if len(values) <= _MOST_COLOURS:
        axis.set_ticks(values, [_text(value) for value in values])
    axis.axes.minorticks_off()


def is_logarithmic(values: Array) -> bool:
    """Return whether the middle one of some numbers lies between their ends as a logarithm does.

    >>> is_logarithmic(np.array([0.001, 0.01, 0.1])), is_logarithmic(np.array([1, 2, 3, 4]))
    (True, False)
    """
    low, middle, high = np.quantile(np.unique(values), (0, 0.5, 1))
    if low <= 0 or high < _LOGARITHMIC_FROM * low:
        return False
    return bool(abs(np.log(middle / np.sqrt(low * high))) < abs(np.log(2 * middle / (low + high))))


def _colour(index: int, count: int) -> Any:
    import matplotlib

    if count <= _MOST_COLOURS:
        return colour_of(index)
    return matplotlib.colormaps[_MAP](0.95 * index / (count - 1))


def _text(value: Any) -> str:
    return short_number(float(value)) if isinstance(value, float | np.floating) else str(value)


def _note(ax: Axes, values: xr.DataArray, states: xr.DataArray, shares: Array, mark: str) -> None:
    """Write above the axes what is held or averaged, what is marked, and which runs are amiss."""
    none, fewer = (shares == 0).sum(), ((shares > 0) & (shares < 1)).sum()
    words = [values.attrs["held"], f"{none} {mark}" * bool(none)]
    words.append(f"{fewer} {'dotted, ' * (mark == 'hatched')}of fewer runs" * bool(fewer))
    kinds = Counter(re.split(":| at ", str(state))[0] for state in np.ravel(states.values))
    amiss = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if kind != "finished")
    words.append(f"of the runs {amiss}" if amiss else "the value is undefined" * bool(none))
    ax.set_title(fill("; ".join(filter(None, words)), 60), size=8, color=MUTED, loc="left")
