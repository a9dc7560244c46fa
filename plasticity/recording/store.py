"""The store of a run: a Zarr v3 group, on disk or in memory, that xarray opens without help.

/                     attributes: spec, seed, versions, data fingerprint, outcome
/<layer>/trajectory   what the recorder took, over `step`
/<layer>/metrics      the measurements, over `step`
/<layer>/state        all arrays as they are at the end
"""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import StoreError
from plasticity.recording.series import Series

if TYPE_CHECKING:
    import xarray
    import zarr

    from plasticity.clock import Clock
    from plasticity.data import Data
    from plasticity.runs import Run
    from plasticity.spec import Experiment
    from plasticity.state import LayerView

FORMAT = 1
_PACKAGES = ("plasticity-lab", "numpy", "numba", "pluggy", "zarr", "xarray")


class RunStore:
    """Writes a run, and reads it back."""

    def __init__(self, group: zarr.Group, path: Path | None) -> None:
        self.group = group
        self.path = path
        self._series: dict[str, Series] = {}

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

        Raises `StoreError` where something exists at the path, unless `overwrite`.
        """
        import zarr

        folder = Path(path) if path is not None else None
        if folder is not None and folder.exists():
            if not overwrite:
                raise StoreError(
                    f"{folder}: exists already; choose another path, or ask for overwriting"
                )
            _remove(folder)
        try:
            group = zarr.create_group(zarr.storage.MemoryStore() if folder is None else folder)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be created: {error}") from error
        group.attrs.update(
            {
                "plasticity_format": FORMAT,
                "spec": experiment.to_dict(),
                "layers": [experiment.layer_name(i) for i in range(len(experiment.layers))],
                "versions": {package: version(package) for package in _PACKAGES},
                "data": data.fingerprint(),
                "image_shape": list(data.image_shape) if data.image_shape else None,
                "outcome": "running",
            }
        )
        return cls(group, folder)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the store says of the run as a whole."""
        return dict(self.group.attrs)

    def experiment(self) -> Experiment:
        """The spec of the run."""
        from plasticity.spec import Experiment

        return Experiment.from_dict(self.attributes["spec"])

    def append(self, layer: LayerView, names: tuple[str, ...]) -> None:
        """Add one frame of these arrays of a layer to its trajectory."""
        frame = {name: layer.array(name) for name in names}
        series = self._series_of(f"{layer.name}/trajectory")
        for name in names:
            variable = layer.declaration(name)
            dims = tuple(str(dim) for dim in variable.dims)
            series.describe(name, dims, _attributes(variable))
        series.append(layer.clock.step, layer.clock.epoch, frame)

    def append_measurements(self, layer: LayerView, measurements: dict[str, Any]) -> None:
        """Add the measurements of a layer at one step."""
        series = self._series_of(f"{layer.name}/metrics")
        frame = {name: np.asarray(value, np.float64) for name, value in measurements.items()}
        for name, value in frame.items():
            series.describe(name, ("neuron",) * value.ndim, {})
        series.append(layer.clock.step, layer.clock.epoch, frame)

    def write_state(self, layer: LayerView) -> None:
        """Write all arrays of a layer as they are now."""
        group = self.group.require_group(f"{layer.name}/state")
        for name, variable in layer.variables.items():
            if variable.intent == "scratch":
                continue
            array = group.create_array(
                name,
                data=np.asarray(layer.array(name), order="C"),
                dimension_names=_dims(name, variable.dims),
                overwrite=True,
            )
            array.attrs.update(_attributes(variable))

    def flush(self) -> None:
        """Write what is still in buffers."""
        for series in self._series.values():
            series.flush()

    def close(self, outcome: str, clock: Clock) -> None:
        """Write what is left and how the run ended."""
        self.flush()
        self.group.attrs.update({"outcome": outcome, "step": clock.step, "epoch": clock.epoch})

    def dataset(self, name: str) -> xarray.Dataset:
        """A group of the store as an xarray Dataset, read when its values are used."""
        import xarray

        self.flush()
        if name not in self.group:
            return xarray.Dataset()
        return xarray.open_zarr(
            self.group.store, group=f"{self.group.path}/{name}".strip("/"), consolidated=False
        )

    def _series_of(self, name: str) -> Series:
        if name not in self._series:
            self._series[name] = Series(self.group.require_group(name))
        return self._series[name]


def open_run(path: str | Path) -> Run:
    """The run that a store holds, finished or not.

    Raises `StoreError` where there is no store, or none of ours.
    """
    import zarr

    from plasticity.runs import Run

    try:
        group = zarr.open_group(Path(path), mode="r")
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: no store of a run: {error}") from error
    if group.attrs.get("plasticity_format") != FORMAT:
        raise StoreError(
            f"{path}: a Zarr group, but not the store of a run of format {FORMAT} "
            f"(its format is {group.attrs.get('plasticity_format')!r})"
        )
    return Run(RunStore(group, Path(path)))


def _remove(folder: Path) -> None:
    if folder.is_dir() and not (folder / "zarr.json").is_file() and any(folder.iterdir()):
        raise StoreError(f"{folder}: is a folder of something else and will not be overwritten")
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        raise StoreError(f"{folder}: is a file, not a store, and will not be overwritten")


def _attributes(variable: Any) -> dict[str, str]:
    return {"long_name": variable.description, "units": variable.unit}


def _dims(name: str, dims: tuple[str | int, ...]) -> tuple[str, ...]:
    """Dimension names for xarray: a size without a name is named after its array."""
    return tuple(
        dim if isinstance(dim, str) else f"{name}_{position}" for position, dim in enumerate(dims)
    )
