"""What a sweep came to: one labelled dataset, and each of its runs."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.components.notebook import facts
from plasticity.components.setting import Setting, settings_of
from plasticity.errors import (
    PlasticityError,
    SpecError,
    StoreError,
    UnknownNameError,
    nearest_or_all,
)
from plasticity.experiment.fields import Reference
from plasticity.experiment.registry import find
from plasticity.experiment.spec import Experiment
from plasticity.store.run import Run, open_run
from plasticity.sweeps.axes import label_of, plain, short_names
from plasticity.sweeps.design import Cell, Design
from plasticity.sweeps.files import below, read_json
from plasticity.sweeps.task import MISSING, STATES, Report, report_of

if TYPE_CHECKING:
    import xarray as xr

_READERS = 8  # threads that look at stores, of which a server answers slowly
_WEIGHTS = "weights"


@attrs.define(eq=False, slots=False)
class Swept:
    """What `sweep` returns, and `open_sweep` of its folder."""

    design: Design
    folder: str | None
    _reports: dict[tuple[int, ...], Report] = attrs.field(factory=dict, alias="reports")

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All runs, done or not, in the order of the axes and then the seeds."""
        return tuple(self.design.cells(self.folder))

    @cached_property
    def reports(self) -> dict[tuple[int, ...], Report]:
        """How each cell ended, by its position on the axes and among the seeds."""
        unknown = [cell for cell in self.cells if cell.at not in self._reports]
        with ThreadPoolExecutor(_READERS) as readers:
            # Of a folder several threads would be slower than one.
            look: Any = readers.map if "://" in (self.folder or "") else map
            read = look(report_of, [cell.path for cell in unknown])
            found = {cell.at: report for cell, report in zip(unknown, read, strict=True)}
        return {cell.at: (self._reports | found)[cell.at] for cell in self.cells}

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions of the dataset that are axes, and the seed."""
        names = self._names
        axes = (names[axis.paths[0]] if axis.grid else axis.name for axis in self.design.axes)
        return (*axes, "seed")

    @property
    def failed(self) -> dict[str, str]:
        """What went wrong, by the title of the run."""
        failures = {cell.title: self.reports[cell.at].failure for cell in self.cells}
        return {title: text for title, text in failures.items() if text}

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The measurements of the last layer over the axes, the seed and, where all runs were
        measured at the same steps, `step`; means over the neurons, NaN where there are none.

        Beside them stand how each run ended (`outcome`), its `seconds`, and what was read off.
        """
        import xarray as xr

        dims, shape = self.dims, self.design.sizes
        reports = self.reports
        measured = [report for report in reports.values() if report.steps]
        steps = {report.steps for report in measured}
        along = len(steps) == 1 and len(next(iter(steps))) > 1
        names = dict.fromkeys(name for report in measured for name in report.measured)
        described = {name: text for report in measured for name, text in report.described.items()}
        variables: dict[str, Any] = {}
        for name in names:
            length = len(next(iter(steps))) if along else 1
            values = np.full((*shape, length), np.nan)
            for at, report in reports.items():
                series = report.measured.get(name)
                if series:
                    values[at] = series if along else series[-1]
            dimensions = (*dims, "step") if along else dims
            values = values if along else values[..., 0]
            variables[name] = (dimensions, values, described.get(name, {}))
        for name in dict.fromkeys(name for r in reports.values() for name in r.read_off):
            values = self._filled(lambda report, name=name: report.value(name))
            about = {"long_name": "share of held-out samples labelled right", "units": "1"}
            variables[name] = (dims, values, about)
        seconds = self._filled(lambda report: report.seconds)
        variables["seconds"] = (dims, seconds, {"long_name": "duration of the run", "units": "s"})
        # Of type object, since Zarr has no stable format for strings of fixed length.
        outcomes = np.full(shape, MISSING, object)
        for at, report in reports.items():
            outcomes[at] = report.outcome
        variables["outcome"] = (dims, outcomes, {"long_name": "how the run ended"})
        coords = self._coordinates() | ({"step": np.array(next(iter(steps)))} if along else {})
        return xr.Dataset(variables, coords)

    def run(self, **coordinates: Any) -> Run:
        """Return the run at these coordinates: `swept.run(memory=0.9, seed=3)`.

        An axis with one value may be left out. Raises `UnknownNameError` where there is no such
        coordinate, `StoreError` where the run has not begun.
        """
        return self.run_of(self._cell_at(coordinates))

    def runs(self) -> Iterator[tuple[Cell, Run]]:
        """Yield the runs that have begun, each with its cell."""
        for cell in self.cells:
            if self.reports[cell.at].outcome != MISSING:
                yield cell, self.run_of(cell)

    def best(self, name: str, *, smallest: bool = False) -> Cell:
        """Return a cell of the settings for which a measurement is largest, as a mean over seeds.

        Raises `UnknownNameError` where nothing of that name was measured.
        """
        last = self.at_end(name).mean("seed")
        if not np.isfinite(last.values).any():
            raise StoreError(f"{name}: was measured in no run")
        index = (np.nanargmin if smallest else np.nanargmax)(last.values)
        at = tuple(int(i) for i in np.unravel_index(index, last.shape))
        return next(cell for cell in self.cells if cell.at[:-1] == at)

    def best_in_words(self, name: str, *, smallest: bool = False) -> str:
        """Return which settings are best by a measurement, with its mean over the seeds."""
        cell = self.best(name, smallest=smallest)
        value = self.at_end(name).mean("seed").values[cell.at[:-1]]
        settings = cell.title.rpartition("seed=")[0].strip() or "all settings"
        return f"{'smallest' if smallest else 'largest'} {name} is {value:.4g}, at {settings}"

    def at_end(self, name: str) -> xr.DataArray:
        """Return a measurement as it is at the end of the runs, over the axes and the seed."""
        if name not in self.dataset:
            known = nearest_or_all(name, map(str, self.dataset.data_vars))
            raise UnknownNameError(f"nothing called {name!r} was measured{known}")
        array = self.dataset[name]
        return array.isel(step=-1) if "step" in array.dims else array

    def trajectory(self, name: str = _WEIGHTS, group: str = "trajectory") -> xr.DataArray:
        """Return a recording of the last layer of all runs as a Dask array, read when it is used.

        Its dimensions are the axes, the seed and those of the recording; runs that recorded nothing
        are NaN. Raises `StoreError` where none did, or where they differ in shape.
        """
        try:
            import dask.array as lazy
        except ImportError as error:
            raise StoreError(
                f"trajectory needs Dask ({error}): pip install 'plasticity-lab[dask]'"
            ) from error
        import xarray as xr

        arrays = {}
        for cell, run in self.runs():
            recorded = run.recorded(group)
            if name in recorded:
                arrays[cell.at] = recorded[name]
        shapes = {array.shape for array in arrays.values()}
        if len(shapes) != 1:
            problem = "of different shapes" if shapes else "in no run"
            raise StoreError(f"{name}: was recorded {problem}")
        like = next(iter(arrays.values()))
        nothing = lazy.full(like.shape, np.nan, dtype=np.result_type(like.dtype, np.float32))
        flat = [
            arrays[cell.at].chunk().data if cell.at in arrays else nothing for cell in self.cells
        ]
        stacked = lazy.stack(flat).reshape((*self.design.sizes, *like.shape))
        coords = self._coordinates() | {str(key): like.coords[key] for key in like.coords}
        return xr.DataArray(stacked, coords, (*self.dims, *like.dims), name, like.attrs)

    def gather(self, out: str | Path, *, overwrite: bool = False) -> Path | str:
        """Write one labelled Zarr store with the dataset and, of equal shape, the last weights.

        Raises `StoreError` where there is anything at `out`, unless `overwrite`.
        """
        import xarray as xr

        from plasticity.store.commit.target import Target

        if Target(out).exists() and not overwrite:
            raise StoreError(f"{out}: exists already; choose another path, or --overwrite")
        if Target(out).exists() and read_json(below(str(out), "outcome", "zarr.json")) is None:
            raise StoreError(
                f"{out}: holds something else than a gathered sweep; choose another path"
            )
        dataset = self.dataset
        weights = {
            cell.at: run.state()[_WEIGHTS]
            for cell, run in self.runs()
            if _WEIGHTS in run.state() and self.reports[cell.at].ended
        }
        if len({array.shape for array in weights.values()}) == 1:
            like = next(iter(weights.values()))
            values = np.full((*self.design.sizes, *like.shape), np.nan, like.dtype)
            for at, array in weights.items():
                values[at] = array.values
            dataset = dataset.assign(
                {_WEIGHTS: xr.Variable((*self.dims, *like.dims), values, like.attrs)}
            )
        with warnings.catch_warnings():
            # Zarr warns of what xarray would warn of the lack.
            warnings.filterwarnings("ignore", "Consolidated metadata")
            dataset.to_zarr(str(out), mode="w", zarr_format=3, consolidated=True)
        return out

    def __repr__(self) -> str:
        axes = " x ".join(
            f"{size} {name}" for name, size in zip(self.dims, self.design.sizes, strict=True)
        )
        return f"<Swept {axes}, {self.standing()}, in {self.folder or 'memory'}>"

    def standing(self) -> str:
        """Return the numbers of runs that are complete, failed and left to do, in words."""
        return in_words(Counter(report.state for report in self.reports.values()))

    def _repr_html_(self) -> str:
        sizes = dict(zip(self.dims, self.design.sizes, strict=True))
        about = {"runs": self.standing(), **sizes, "folder": self.folder or "in memory"}
        return facts("Sweep", about, self.dataset._repr_html_())

    @property
    def _names(self) -> dict[str, str]:
        return short_names(self.design.axes)

    def _filled(self, value: Any) -> Any:
        values = np.full(self.design.sizes, np.nan)
        for at, report in self.reports.items():
            values[at] = value(report)
        return values

    def _coordinates(self) -> dict[str, Any]:
        import xarray as xr

        seeds = [self.design.base.seed + number for number in range(self.design.seeds)]
        coords: dict[str, Any] = {}
        for axis, dim in zip(self.design.axes, self.dims, strict=False):
            if not axis.grid:
                coords[dim] = np.arange(len(axis.points))
            for path in axis.paths:
                labels = [label_of(point[path]) for point in axis.points]
                numbers = {type(label) for label in labels} <= {int, float}
                values = np.array(labels, None if numbers else object)
                about = _about(self.design.base, path)
                coords[self._names[path]] = xr.Variable(dim, values, about)
        return coords | {"seed": xr.Variable("seed", seeds, {"long_name": "seed"})}

    def _cell_at(self, wanted: Mapping[str, Any]) -> Cell:
        import xarray as xr

        from plasticity.analysis.dims import chosen

        coords = self._coordinates()
        for name in wanted:
            if name not in coords:
                near = nearest_or_all(name, coords)
                raise UnknownNameError(f"the sweep has no coordinate {name!r}{near}")
        places = np.arange(self.design.n_cell).reshape(self.design.sizes)
        labels = {name: label_of(plain(value, name)) for name, value in wanted.items()}
        left = chosen(xr.DataArray(places, coords, self.dims), labels)
        several = [f"{dim} ({size} values)" for dim, size in left.sizes.items() if size > 1]
        if several:
            raise UnknownNameError(f"run: say which {', '.join(several)}")
        return self.cells[int(left.item())]

    def run_of(self, cell: Cell) -> Run:
        """Return the run of a cell; raise `StoreError` where it has not begun."""
        report = self.reports[cell.at]
        if report.run is not None:
            return report.run
        if cell.path is None or report.outcome == MISSING:
            raise StoreError(f"{cell.title}: has not begun")
        return open_run(cell.path)


def in_words(counts: Mapping[str, int]) -> str:
    """Return numbers of runs by their state as words.

    >>> in_words({"to do": 1200, "complete": 3})
    '3 complete, 1,200 to do'
    """
    known = [f"{counts[state]:,} {state}" for state in STATES if counts.get(state)]
    return ", ".join(known) or "no runs"


def _about(spec: Experiment, path: str) -> dict[str, Any]:
    """Return long name and unit of the setting at a path, as its component declares them."""
    setting = setting_at(spec, path)
    if setting is None:
        return {"long_name": path}
    return {"long_name": setting.doc or path, "units": setting.unit, "setting": path}


def setting_at(spec: Experiment, path: str) -> Setting | None:
    """Return the declaration of the setting at a path; None of what is no setting of a component.

    >>> setting_at(Experiment.load("bcm"), "threshold.memory").unit
    '1'
    """
    *place, name = path.split(".")
    node: Any = spec
    if place[:1] == ["layers"]:
        node, place = spec.layers[int(place[1]) if place[1].isdecimal() else 0], place[2:]
    elif place and not hasattr(spec, place[0]):
        node = spec.layers[0]
    role = ""
    for key in place:
        if isinstance(node, tuple):
            node = node[int(key)] if key.isdecimal() and int(key) < len(node) else node[0]
            continue
        fields = attrs.fields_dict(type(node)) if attrs.has(type(node)) else {}
        if key not in fields:
            break
        role = fields[key].metadata.get("role", role)
        node = getattr(node, key)
    while isinstance(node, tuple) and len(node) == 1:
        node = node[0]
    node = getattr(node, "rule", node) if role == "rule" else node
    if not place:
        return None
    try:
        cls = find(node.name, role) if isinstance(node, Reference) else type(node)
        return settings_of(cls).get(name)
    except (PlasticityError, SpecError):
        return None
