"""How the neurons of a finished run respond to samples."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import xarray as xr

from plasticity.components.data import Data, as_data, default_scale
from plasticity.components.defaults import AsLearnt
from plasticity.errors import DataError
from plasticity.experiment.spec import Experiment
from plasticity.network.state import LayerState
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run


def responses_of(run: Run, samples: Any, labels: Any = None, layer: int | str = -1) -> xr.DataArray:
    """The activity (neuron, sample) of a layer at the end of a run, on samples of any kind.

    samples  (sample, input), images (sample, y, x) or (sample, y, x, channel), encoded as those of
             the training were, with its constant input; multiplied by the scale of these, if given
             one, else by 1 / 255 if they are bytes. `Data` have a scale of their own
    labels   of the samples, which become a coordinate "label"
    layer    -1 is the last

    The layers are built anew from the spec, and they and the encoders filled with the stored
    arrays, so that an encoder uses what it was fitted to. Encoders that draw random numbers are
    left out.

    Raises `DataError` where the samples have another number of inputs than those of the training.
    """
    data = as_data(samples, labels)
    scale = _scale_of(run)
    if scale is not None and not isinstance(samples, Data):
        data = attrs.evolve(data, scale=scale)
    if data.constant is None:
        data = attrs.evolve(data, constant=run.store.attributes["data"].get("constant"))
    values = rebuilt(run, data).respond(data.take(slice(None), run.experiment.dtype), layer)
    coords: dict[str, Any] = {"sample": np.arange(data.n_sample)}
    if data.labels is not None:
        coords["label"] = ("sample", data.labels)
    told = {"long_name": "activity", "units": "1"}
    return xr.DataArray(values, coords, ("neuron", "sample"), "responses", told)


def _scale_of(run: Run) -> float | None:
    """The scale that the samples of the training were given; None if it was that of their type."""
    told = run.store.attributes["data"]
    scale: float | None = told.get(
        "scale", getattr(run.experiment.data, "settings", {}).get("scale")
    )
    return None if scale == default_scale(np.empty(0, told["dtype"])) else scale


def rebuilt(run: Run, data: Data, experiment: Experiment | None = None) -> Simulation:
    """A simulation whose layers are as they were at the end of a run, without its listeners.

    data        in place of those of the run
    experiment  in place of the spec in the store, from which nothing is imported

    Raises `DataError` where the samples have another number of inputs than those of the training,
    or where the store holds no weights.
    """
    states = [run.state(index) for index in range(len(run.layers))]
    if not all("weights" in state for state in states):
        raise DataError(
            f"{run.store.target or 'the run'}: holds no weights: it ended before any state was kept"
        )
    _check_inputs(data, states[0]["weights"])
    experiment = experiment or run.experiment
    layers = tuple(attrs.evolve(layer, initializer=AsLearnt()) for layer in experiment.layers)
    # Rules that take labels are not asked for anything here, but would be refused without some.
    labels = np.zeros(data.n_sample) if data.labels is None else data.labels
    quiet = attrs.evolve(
        experiment,
        data=attrs.evolve(data, labels=labels),
        layers=layers,
        metrics=(),
        observers=(),
        batch_size=min(experiment.batch_size, data.n_sample),
    )
    simulation = assemble(quiet)
    simulation.data = data
    filled = (simulation.whole, *simulation.layers)
    for layer_state, stored in zip(filled, (run.encoders(), *states), strict=True):
        _fill(layer_state, stored)
    return simulation


def _fill(layer: LayerState, stored: xr.Dataset) -> None:
    """Put the stored arrays into a layer, but for those that belong to the training samples."""
    for name, array in layer.kept().items():
        if name in stored and "pattern" not in layer.variables[name].dims:
            array[...] = stored[name].values


def _check_inputs(data: Data, weights: xr.DataArray) -> None:
    if data.n_input != weights.sizes["input"]:
        raise DataError(
            f"{data.name}: a sample has {data.n_input} inputs, but the run was trained on samples "
            f"with {weights.sizes['input']}"
        )
