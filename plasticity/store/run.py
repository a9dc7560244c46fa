"""A run as its store holds it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from plasticity.components.data import Data
from plasticity.components.notebook import facts
from plasticity.errors import position
from plasticity.experiment.registry import is_preset
from plasticity.experiment.spec import Experiment
from plasticity.store.reader import METRICS, STATE, StoreReader, path_of

if TYPE_CHECKING:
    import xarray

_STORES = (".zarr", ".zip")


class Run:
    """A run, finished or not, as its store holds it.

    Values are read from the store when they are used. A layer is given by its name, or by its
    number: -1 is the last.
    """

    def __init__(self, store: StoreReader) -> None:
        self.store = store

    @property
    def experiment(self) -> Experiment:
        """The spec of the run."""
        return self.store.experiment()

    @property
    def outcome(self) -> str:
        """How it ended: "finished", "stopped: ...", "interrupted", "failed: ..."; or "running"."""
        return str(self.store.attributes["outcome"])

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences on what looked wrong; empty where all was well."""
        return tuple(self.store.attributes.get("notices", ()))

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, from the input upwards."""
        return tuple(self.store.attributes["layers"])

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """The shape (y, x) or (y, x, channel) of the samples; None where they are no images."""
        shape = self.store.attributes["image_shape"]
        return tuple(shape) if shape else None

    @property
    def weights(self) -> xarray.DataArray:
        """The weights (neuron, input) of the last layer as they are at the end."""
        return self.state()["weights"]

    @property
    def trajectory(self) -> xarray.Dataset:
        """The recording of the last layer, over `step`."""
        return self.recorded()

    @property
    def metrics(self) -> xarray.Dataset:
        """The measurements of the last layer, over `step`."""
        return self.recorded(METRICS)

    def layer_name(self, layer: int | str) -> str:
        """Return the name of a layer; raise `UnknownNameError` if there is none."""
        return self.layers[position(layer, self.layers)]

    def state(self, layer: int | str = -1) -> xarray.Dataset:
        """Return the arrays of a layer at the end, or of the last checkpoint if there is no end."""
        return self._state_of(self.layer_name(layer))

    def encoders(self) -> xarray.Dataset:
        """Return the arrays of the encoders, as "encoders[0].mean"; empty where they have none."""
        state = self._state_of("experiment")
        return state[[name for name in state if str(name).startswith("encoders")]]

    def recorded(self, group: str = "trajectory", layer: int | str = -1) -> xarray.Dataset:
        """Return "metrics", "state" or the group of a recorder; empty if nothing was recorded."""
        return self.store.dataset(f"{self.layer_name(layer)}/{group}")

    def series(self, layer: int | str = -1) -> list[str]:
        """Return the groups of a layer that were recorded over `step`, as `recorded` takes them."""
        begin, end = f"{self.layer_name(layer)}/", "/step"
        paths = [path for path in self.store.arrays() if path.startswith(begin)]
        return [path[len(begin) : -len(end)] for path in paths if path.endswith(end)]

    def _state_of(self, name: str) -> xarray.Dataset:
        ended = self.store.dataset(f"{name}/{STATE}")
        if ended or not self.store.checkpoints:
            return ended
        return self.store.dataset(f"{path_of(self.store.checkpoints[-1])}/{name}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the path of the store; of one in memory its content, without data given in Python.

        Such a run arrives as one that `open_run` gives, whose data have to be given again.
        """
        store = self.store
        if store.target is not None:
            return open_run, (str(store.target.folder or store.target), store.trusted)
        experiment = store.experiment()
        if isinstance(experiment.data, Data):
            experiment = attrs.evolve(experiment, data=store.attributes["spec"]["data"])
        return Run, (StoreReader(store.staged, None, experiment),)

    def __repr__(self) -> str:
        where = self.store.target or "memory"
        return f"<Run of {', '.join(self.layers)}, {self.outcome}, in {where}>"

    def _repr_html_(self) -> str:
        attributes = self.store.attributes
        layers = zip(self.layers, self.experiment.layers, strict=True)
        metrics = {
            str(name): f"{np.nanmean(array.values[-1]):.4g}"
            for name, array in self.metrics.data_vars.items()
            if np.isfinite(array.values[-1]).any()
        }
        known = {
            "outcome": self.outcome,
            "steps": "{reached:,} of {reached_at_end:,}".format_map(attributes)
            if "reached" in attributes
            else "",
            "layers": ", ".join(f"{name} ({layer.neurons} neurons)" for name, layer in layers),
            "data": attributes["data"]["name"],
            "seed": attributes["seed"],
            "store": self.store.target or "in memory",
            **metrics,
        }
        notices = "".join(f"<p>{escape(text)}</p>" for text in self.notices)
        return facts("Run", known, notices)


def open_run(path: str | Path, trust: bool = False) -> Run:
    """Return the run that a store holds, finished or not.

    Parameters
    ----------
    path
        Folder, zip file or URL of the store.
    trust
        Whether what needs the components of the run may import the modules that its spec names.
        Without it these are used only if they are installed as components, or imported already.

    Raises
    ------
    StoreError
        If there is no store of a run.
    """
    return Run(StoreReader.open(path, trust))


def opened(name: str | Path) -> Run | Experiment:
    """Return the run of a store (a folder, zip file or URL), or the experiment of a spec.

    A name that is that of a preset means the preset; "./bcm" means the store `bcm`.
    """
    path = Path(name)
    stored = path.is_dir() or path.suffix in _STORES or "://" in str(name)
    return open_run(name) if stored and not is_preset(name) else Experiment.load(name)
