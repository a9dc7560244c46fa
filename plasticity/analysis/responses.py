"""Responses of the neurons of a finished run."""

from typing import Any

import attrs
import numpy as np
import xarray as xr

from plasticity.analysis.material import the_data
from plasticity.components.data import Data, as_data, default_scale
from plasticity.components.defaults import AsLearnt
from plasticity.errors import DataError
from plasticity.experiment.configure import reconfigure
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.store.run import Run
from plasticity.typing import Array


def responses_of(run: Run, samples: Any, labels: Any = None, layer: int | str = -1) -> xr.DataArray:
    """Return the responses (neuron, sample) of a layer at the end of a run to any samples.

    Layers and encoders are rebuilt from the spec and filled with the stored arrays, so that an
    encoder uses what it was fitted to. Encoders that draw random numbers are left out. Raises
    `DataError` if the samples have another number of inputs than the training samples.

    Parameters
    ----------
    samples : array_like (sample, input), (sample, y, x) or (sample, y, x, channel), or Data
        Encoded like the training samples, with their constant input. Arrays are multiplied by the
        scale given for these, else by 1 / 255 if they are bytes; `Data` have their own scale.
    labels : array_like (sample,), optional
        These become a coordinate "label".
    layer : int or str
        Index or name of the layer.
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
    attributes = {"long_name": "activity", "units": "1"}
    return xr.DataArray(values, coords, ("neuron", "sample"), "responses", attributes)


def evaluation_responses(run: Run, data: Any = None) -> Array:
    """Return the activity (neuron, sample) of the last layer on the samples of the metrics."""
    if data is None:
        train = the_data({}, {"run": run}, data=None, labels=None).train
    else:
        train = Source.of(reconfigure(run.experiment, data=data)).open_data("train")
    if train is None:
        raise DataError(
            f"{run.store.target or 'the run'}: its data were given in Python; give them again"
        )
    simulation = rebuilt(run, train)
    return simulation.respond(simulation.evaluation.samples)


def _scale_of(run: Run) -> float | None:
    """Return the scale given for the training samples; None if it was that of their type."""
    data = run.store.attributes["data"]
    of_spec = getattr(run.experiment.data, "settings", {}).get("scale")
    scale: float | None = data.get("scale", of_spec)
    return None if scale == default_scale(np.empty(0, data["dtype"])) else scale


def rebuilt(run: Run, data: Data, experiment: Experiment | None = None) -> Simulation:
    """Return a simulation on `data` with the layers of a finished run, without its listeners.

    An `experiment` replaces the spec in the store, from which nothing is imported. Raises
    `DataError` for another number of inputs, or if the store holds no weights.
    """
    states = [run.state(index) for index in range(len(run.layers))]
    if not all("weights" in state for state in states):
        raise DataError(
            f"{run.store.target or 'the run'}: holds no weights: it ended before any state was kept"
        )
    n_input = states[0]["weights"].sizes["input"]
    if data.n_input != n_input:
        raise DataError(
            f"{data.name}: a sample has {data.n_input} inputs, but the run was trained on samples "
            f"with {n_input}"
        )
    experiment = experiment or run.experiment
    layers = tuple(attrs.evolve(layer, initializer=AsLearnt()) for layer in experiment.layers)
    # Rules that take labels are not called here, but would be refused without labels.
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
    for layer, stored in zip(simulation.network.states, (run.encoders(), *states), strict=True):
        for name, array in layer.checkpointed.items():
            # All but what belongs to the training samples.
            if name in stored and "pattern" not in layer.variables[name].dims:
                array[...] = stored[name].values
    return simulation
