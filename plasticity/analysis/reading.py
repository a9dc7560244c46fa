"""Responses and readouts of a stored run."""

from __future__ import annotations

from typing import Any

from plasticity.analysis.material import the_data
from plasticity.analysis.readouts import Reading, read_off
from plasticity.analysis.responses import rebuilt
from plasticity.errors import DataError
from plasticity.experiment.configure import reconfigure
from plasticity.experiment.source import Source
from plasticity.store.run import Run
from plasticity.typing import Array


def evaluation_responses(run: Run, data: Any = None) -> Array:
    """Return the activity (neuron, sample) of the last layer on the samples of the metrics.

    `data` replace those of the run. Raises `DataError` if there are no weights, or no known data.
    """
    material = the_data({}, {} if data is not None else {"run": run}, data=None, labels=None)
    train = material.train
    if data is not None:
        train = Source.of(reconfigure(run.experiment, data=data)).open_data("train")
    if train is None:
        raise DataError(
            f"{run.store.target or 'the run'}: its data were given in Python; give them again"
        )
    simulation = rebuilt(run, train)
    return simulation.respond(simulation.evaluation.samples)


def read_off_store(run: Run, data: Any = None, labels: Any = None) -> Reading:
    """Return what readouts make of the last layer at the end of a run.

    `data` and `labels` replace those of the run. Raises `DataError` if there are no labels, or no
    samples that the run did not learn from.
    """
    where = run.store.target or "the run"
    material = the_data({}, {"run": run}, data=data, labels=labels)
    if material.train is None or material.held.data is None:
        raise DataError(f"{where}: nothing to score on. {material.held.told}")
    simulation = rebuilt(run, material.train)
    reading = read_off(
        material.train,
        material.held.data,
        lambda samples: simulation.respond(samples).T,
        run.experiment.seed,
        only_linear=True,
    )
    if reading is None:
        raise DataError(
            f"{where}: nothing can be read off: one class, or weights that are not finite"
        )
    return reading
