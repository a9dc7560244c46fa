"""The page of a sweep: one HTML file with everything inside."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import combinations, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.analysis.dims import without_constant
from plasticity.comparison.folder import PAGE
from plasticity.comparison.page.colours import svg
from plasticity.comparison.page.figures import Figure
from plasticity.comparison.page.format import heading, number
from plasticity.comparison.page.page import rendered, sources_of
from plasticity.comparison.page.pictures import Picture, weight_picture
from plasticity.errors import StoreError
from plasticity.experiment.diff import settings_of_all
from plasticity.plot.fields import limit_of
from plasticity.plot.swept import curve, heat, interval, label_of
from plasticity.store.provenance import versions
from plasticity.sweeps.swept import Swept

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

_MOST_FIGURES, _MOST_FIELDS, _MOST_NEURONS = 24, 24, 16
_COLUMNS = 4  # neurons side by side
_ONE_SCALE = 3.0  # largest ratio of scales that share one
_MOST_NUMBERS = 200  # cells of a table below a figure
_MOST_TITLES = 20  # of failed runs, below their message


@attrs.frozen
class Map(Figure):
    """Figure with the numbers behind it: headings of the columns, and rows."""

    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def write(swept: Swept, folder: str | Path) -> Path:
    """Write the page of a sweep into a folder, in place of an earlier one, and return its path.

    The page needs no network and no other file. Raises `StoreError` where it cannot be written.
    """
    path = Path(folder) / PAGE
    try:
        path.write_text(rendered("swept.html", _content(swept)), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error}") from error
    return path


def _content(swept: Swept) -> dict[str, Any]:
    dataset, design = swept.dataset, swept.design
    names = _varied(swept)
    wanted = list(_wanted(swept, names))
    tables = design.base.to_dict()
    data = tables["data"]
    failures: dict[str, list[str]] = {}
    for title, message in swept.failed.items():
        failures.setdefault(message, []).append(title)
    outcomes = Counter(str(outcome).partition(":")[0] for outcome in dataset["outcome"].values.flat)
    fields, one_scale, image_shape = _fields(swept)
    where = shlex.quote(swept.folder or "FOLDER")
    command = [f"plasticity sweep {where}"]
    if wanted:
        z, *axes = wanted[0]
        chosen = " ".join(f"-{key} {name}" for key, name in zip("xy", axes, strict=False))
        others = [name for name in dataset[z].dims if name not in (*axes, "seed", "step")]
        means = "".join(f" --mean {name}" for name in others if dataset.sizes[name] > 1)
        off_grid = not set(axes) <= set(dataset.dims)
        picture = "heat" if len(axes) > 1 else "curve"
        command.append(f"plasticity plot {picture} {where} {chosen} -z {z}{means * (not off_grid)}")
    return {
        "swept": swept,
        "title": " / ".join(_rules(layer.get("rule")) for layer in tables["layers"]),
        "data_name": data if isinstance(data, str) else data.get("name", "data"),
        "names": names,
        "axes": [(name, _about(dataset[name])) for name in names],
        "figures": [_figure(swept, z, axes) for z, *axes in wanted[:_MOST_FIGURES]],
        "left_out": len(wanted[_MOST_FIGURES:]),
        "best": _best(swept),
        "fields": fields,
        "one_scale": one_scale,
        "image_shape": image_shape,
        "outcomes": outcomes.most_common(),
        "failures": sorted(failures.items(), key=lambda item: -len(item[1])),
        "most_titles": _MOST_TITLES,
        "settings": settings_of_all([design.base]).shared,
        "command": "\n".join(command),
        "sources": sources_of(cell.spec for cell in _one_a_value(swept)),
        "versions": versions(),
    }


def _rules(rule: Any) -> str:
    from plasticity.sweeps.axes import label_of as short

    return str(short(rule))


def _about(coordinate: xr.DataArray) -> tuple[str, str]:
    """Return what a coordinate is, and its values."""
    values = [number(v) if isinstance(v, float) else str(v) for v in coordinate.values.tolist()]
    if len(values) > 12:
        values = [*values[:4], "…", values[-1]]
    return label_of(coordinate).partition(": ")[2], ", ".join(values)


def _varied(swept: Swept) -> list[str]:
    """Return the coordinates of which pictures are worth while, one of those that move together."""
    coords = swept.dataset.coords
    names = []
    for axis, dim in zip(swept.design.axes, swept.dims, strict=False):
        along = [str(name) for name in coords if coords[name].dims == (dim,) and name != dim]
        names += [dim] if axis.grid else along
    return [name for name in names if len(set(coords[name].values.tolist())) > 1]


def _wanted(swept: Swept, names: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the measurement and the coordinates of each figure, what was read off first."""
    dataset = swept.dataset
    search = swept.design.search or {}
    read_off = {name for report in swept.reports.values() for name in report.read_off}
    order = [search.get("objective", ""), *sorted(read_off), *map(str, dataset.data_vars)]
    for z in dict.fromkeys(order):
        if z not in dataset or z in ("outcome", "seconds"):
            continue
        values = swept.at_end(z).values
        values = values[np.isfinite(values)]
        if values.size and np.ptp(values) > 0:
            pairs = combinations(names, 2) if len(names) > 1 else ((name,) for name in names)
            yield from ((z, *pair) for pair in pairs)


def _figure(swept: Swept, z: str, axes: list[str]) -> Map:
    dataset = swept.dataset
    along = {dim for name in axes for dim in dataset[name].dims}
    several = [dim for dim in swept.dims if dim not in along and dataset.sizes[dim] > 1]
    mean = [dim for dim in several if dim != "seed"]
    function: Any = heat if len(axes) > 1 else curve
    draw = partial(function, swept, *axes, z, mean=mean)
    about = str(dataset[z].attrs.get("long_name", ""))
    notes = [about] * (about != heading(z))

    def bare(ax: Axes) -> None:
        """Draw with names alone, since the page has room for what they mean."""
        notes.append(" ".join(draw(ax=ax).get_title("left").split()))
        ax.set_title("", loc="left")
        figure: Any = ax.get_figure()
        for shown in figure.axes:
            shown.set_ylabel("")
        ax.set(xlabel=axes[0], ylabel="".join(axes[1:]))

    title = f"{heading(z)} over {' and '.join(axes)}"
    picture = svg(bare, title, height=2.6, place=None)
    head, rows = _numbers(dataset, swept.at_end(z).mean(mean), axes)
    caption = " ".join(f"{note[:1].upper()}{note[1:]}." for note in notes if note)
    return Map(title, picture, caption, head=head, rows=rows)


def _numbers(
    dataset: xr.Dataset, values: xr.DataArray, axes: list[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the head and rows of a table of means with their intervals; nothing of a space."""
    if not set(axes) <= set(values.dims):
        return (), ()
    values = values.squeeze([dim for dim in values.dims if dim not in (*axes, "seed")], drop=True)
    values = values.transpose(*axes[::-1], "seed")
    means, (low, high) = values.mean("seed").values, interval(values.values)
    if means.size > _MOST_NUMBERS:
        return (), ()

    def text(*place: int) -> str:
        if not np.isfinite(means[place]):
            return "–"
        ends = (
            f" ({number(low[place])} to {number(high[place])})" if low[place] < high[place] else ""
        )
        return f"{number(means[place])}{ends}"

    labels = [[str(value) for value in dataset[name].values.tolist()] for name in axes]
    if len(axes) == 1:
        return (axes[0], "mean"), tuple((label, text(i)) for i, label in enumerate(labels[0]))
    rows = tuple(
        (label, *(text(row, column) for column in range(len(labels[0]))))
        for row, label in enumerate(labels[1])
    )
    return (f"{axes[1]} \\ {axes[0]}", *labels[0]), rows


def _best(swept: Swept) -> str:
    """Return what a search came to, in a sentence; an empty string where nothing was searched."""
    search = swept.design.search
    if not search or search["objective"] not in swept.dataset:
        return ""
    return f"The {swept.best_in_words(search['objective'], smallest=search['smallest'])}."


def _one_a_value(swept: Swept) -> list[Any]:
    """Return cells of the first seed, spread over the axes, a few dozen at most."""
    sizes = list(swept.design.sizes[:-1])
    shown = list(sizes)
    while np.prod(shown) > _MOST_FIELDS:
        longest = int(np.argmax(shown))
        shown[longest] -= 1
    rows = [np.unique(np.linspace(0, n - 1, k).round()) for n, k in zip(sizes, shown, strict=True)]
    wanted = set(
        zip(*(grid.ravel().astype(int) for grid in np.meshgrid(*rows, indexing="ij")), strict=True)
    )
    return [c for c in swept.cells if c.at[-1] == 0 and (c.at[:-1] in wanted or not sizes)]


def _fields(swept: Swept) -> tuple[list[tuple[str, Picture | None, str]], bool, Any]:
    """Return title, weights and failure of chosen cells, whether of one scale, and their shape."""
    shown: list[tuple[str, Any, str]] = []
    image_shape = None
    for cell in islice(_one_a_value(swept), _MOST_FIELDS):
        report, weights = swept.reports[cell.at], None
        title = cell.title.rpartition("seed=")[0].strip() or cell.title
        if report.outcome != "missing" and (report.run is not None or cell.path is not None):
            run = swept.run_of(cell)
            if "weights" in (state := run.state(0)):
                image_shape = run.image_shape
                weights = without_constant(state["weights"], image_shape).values[:_MOST_NEURONS]
        amiss = "" if weights is not None and np.isfinite(weights).all() else report.outcome
        shown.append((title, None if amiss else weights, amiss))
    limits = sorted(limit_of(weights) for _, weights, amiss in shown if not amiss)
    one = bool(limits) and limits[-1] <= _ONE_SCALE * limits[0]
    pictures = [
        (
            title,
            None
            if amiss
            else weight_picture(weights, image_shape, limits[-1] if one else None, _COLUMNS),
            amiss,
        )
        for title, weights, amiss in shown
    ]
    return pictures, one, image_shape
