"""The store of a run: a Zarr v3 group, on disk or in memory, that xarray opens without help.

/                     attributes: spec, seed, versions, data fingerprint, outcome
/<layer>/trajectory   what the recorder took, over `step`
/<layer>/metrics      the measurements, over `step`
/<layer>/state        all arrays as they are at the end
"""

from __future__ import annotations

import json
import platform
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import StoreError
from plasticity.recording.labels import dims_of, labels_of
from plasticity.recording.recording import Recording
from plasticity.recording.series import ORDER, Column, Series
from plasticity.recording.writer import Writer
from plasticity.typing import Array

if TYPE_CHECKING:
    import xarray
    import zarr

    from plasticity.clock import Clock
    from plasticity.data import Data
    from plasticity.spec import Experiment
    from plasticity.state import LayerView

FORMAT = 1
METRICS, STATE = "metrics", "state"
_MARK = "plasticity_format"
_PACKAGES = ("plasticity-lab", "numpy", "numba", "pluggy", "zarr", "xarray")


class RunStore:
    """Writes a run, and reads it back.

    group  the Zarr group
    path   its folder, or None where it is in memory
    """

    def __init__(
        self, group: zarr.Group, path: Path | None, experiment: Experiment | None = None
    ) -> None:
        self.group = group
        self.path = path
        self._experiment = experiment
        self._series: dict[str, Series] = {}
        self._writer: Writer | None = None

    @classmethod
    def create(
        cls,
        path: str | Path | None,
        experiment: Experiment,
        data: Data,
        *,
        overwrite: bool = False,
    ) -> RunStore:
        """A new store in a folder, or in memory where there is no path.

        Raises `StoreError` where something exists at the path, unless `overwrite`; and even then
        where it is anything but the store of a run.
        """
        import zarr

        attributes = {
            _MARK: FORMAT,
            "spec": experiment.to_dict(),
            "seed": experiment.seed,
            "layers": [experiment.layer_name(i) for i in range(len(experiment.layers))],
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in _PACKAGES},
            },
            "data": data.fingerprint(),
            "image_shape": list(data.image_shape) if data.image_shape else None,
            "outcome": "running",
        }
        folder = Path(path) if path is not None else None
        if folder is None:
            group = zarr.create_group(zarr.storage.MemoryStore(), attributes=attributes)
            return cls(group, None, experiment)
        if folder.exists():
            if not overwrite:
                raise StoreError(
                    f"{folder}: exists already; choose another path, or replace it with "
                    "--overwrite (overwrite=True)"
                )
            _check_replaceable(folder)
        try:
            if folder.exists():
                shutil.rmtree(folder)
            return cls(zarr.create_group(folder, attributes=attributes), folder, experiment)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be created: {error}") from error

    @classmethod
    def open(cls, path: str | Path) -> RunStore:
        """The store in a folder, to read.

        Raises `StoreError` where there is none, or none of ours.
        """
        import zarr

        folder = Path(path)
        if not folder.exists():
            raise StoreError(f"{folder}: there is nothing there")
        found = _format_of(folder)
        if found is None:
            raise StoreError(f"{folder}: is not the store of a run")
        if found != FORMAT:
            raise StoreError(
                f"{folder}: the store of a run in format {found!r}; this version reads format "
                f"{FORMAT}"
            )
        return cls(zarr.open_group(folder, mode="r"), folder)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the store says of the run as a whole."""
        return dict(self.group.attrs)

    def experiment(self) -> Experiment:
        """The spec of the run."""
        from plasticity.spec import Experiment

        if self._experiment is not None:
            return self._experiment
        return Experiment.from_dict(self.attributes["spec"])

    def record(
        self, layer: LayerView, names: tuple[str, ...], *, every: int = 1, group: str = "trajectory"
    ) -> Recording:
        """A recording of these arrays of a layer: each `take()` adds a frame to the store.

        every  steps between two frames
        group  where in the layer's part of the store

        Raises `StoreError` where the group is taken, `ContractError` where the layer has no array
        of a name.
        """
        path = f"{layer.name}/{group}"
        if path in self._series or group in (METRICS, STATE):
            raise StoreError(
                f"{path} is written by something else already; record into a group of another name"
            )
        series = self._open_series(path, layer.clock.n_step // every)
        return Recording(layer, names, series, self.experiment().batch_size)

    def append_measurements(
        self,
        layer: LayerView,
        measurements: Mapping[str, Any],
        described: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Add the measurements of a layer at one step.

        measurements  numbers, or arrays (neuron,), by name; any may be missing at a step
        described     attributes of the measurements by name
        """
        path, clock = f"{layer.name}/{METRICS}", layer.clock
        if path not in self._series:
            every = self.experiment().measure_every or clock.steps_per_epoch
            self._open_series(path, clock.n_step // every + 1)
        series = self._series[path]
        frame: dict[str, Array] = {}
        for name, value in measurements.items():
            frame[name] = np.asarray(value, np.float64)
            dims = ("neuron",) * frame[name].ndim
            series.describe(
                name, Column(frame[name].shape, frame[name].dtype, dims, described.get(name, {}))
            )
        with self._writing():
            series.append(clock.step, clock.epoch, frame)

    def write_state(self, layer: LayerView) -> None:
        """Write all arrays of a layer as they are now."""
        with self._writing():
            group = self.group.require_group(f"{layer.name}/{STATE}")
            for name, variable in layer.variables.items():
                if variable.intent == "scratch":
                    continue
                group.create_array(
                    name,
                    data=layer.array(name).copy(),
                    dimension_names=dims_of(name, variable),
                    attributes=labels_of(variable),
                    overwrite=True,
                )

    def flush(self) -> None:
        """Write what is still in buffers."""
        with self._writing():
            for series in self._series.values():
                series.flush()

    def close(self, outcome: str, clock: Clock) -> None:
        """Write what is left and how the run ended."""
        import zarr

        try:
            self.flush()
        finally:
            if self._writer is not None:
                self._writer.close()
        with self._writing(), warnings.catch_warnings():
            self.group.attrs.update({"outcome": outcome, "step": clock.step, "epoch": clock.epoch})
            # xarray looks for consolidated metadata and warns where there are none; zarr warns
            # that version 3 of the format does not know them yet.
            warnings.simplefilter("ignore")
            zarr.consolidate_metadata(self.group.store)

    def dataset(self, name: str) -> xarray.Dataset:
        """A group of the store as an xarray Dataset, read when its values are used."""
        import xarray

        self.flush()
        if name not in self.group:
            return xarray.Dataset()
        found = xarray.open_zarr(self.group.store, group=name, chunks=None, consolidated=False)
        names = found.attrs.pop(ORDER, sorted(map(str, found.data_vars)))
        chosen: xarray.Dataset = found[names]
        return chosen

    def _open_series(self, path: str, n_frame: int) -> Series:
        with self._writing():
            group = self.group.require_group(path)
            if self._writer is None and self.path is not None:
                self._writer = Writer()
            self._series[path] = Series(group, n_frame, self._writer)
        return self._series[path]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error}") from error


def _check_replaceable(folder: Path) -> None:
    if _format_of(folder) is None or folder.is_symlink():
        kind = "a folder of something else" if folder.is_dir() else "a file"
        raise StoreError(f"{folder}: is {kind}, not the store of a run, and is not overwritten")


def _format_of(folder: Path) -> Any:
    """The format of the store in a folder; None where the folder is no store of a run."""
    try:
        return json.loads((folder / "zarr.json").read_bytes())["attributes"][_MARK]
    except (OSError, ValueError, KeyError, TypeError):
        return None
