"""A trained simulation without its samples, and how its training goes on with others."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.components.defaults import AsLearnt
from plasticity.errors import SpecError
from plasticity.experiment.configure import configure, longer
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation

_ENDLESS = 10**9  # epochs


@attrs.frozen(eq=False)
class Fitted:
    """Trained simulation without its samples, small enough to be pickled."""

    experiment: Experiment  # without metrics and observers, with a sample of zeros as its data
    snapshot: dict[str, Any]

    @cached_property
    def simulation(self) -> Simulation:
        """Return a simulation that responds like the trained one; it is not pickled."""
        spec = self.experiment
        layers = tuple(attrs.evolve(layer, initializer=AsLearnt()) for layer in spec.layers)
        data = _stand_in(spec.batch_size, spec.data)
        simulation = assemble(attrs.evolve(spec, data=data, layers=layers))
        simulation.restore(_matching(self.snapshot, simulation))
        return simulation


def fitted(simulation: Simulation) -> Fitted:
    """Return a trained simulation without its samples."""
    experiment, data = simulation.experiment, _stand_in(1, simulation.data)
    spec = attrs.evolve(experiment, data=data, metrics=(), observers=(), measure_samples=1)
    return Fitted(spec, simulation.snapshot())


def next_pass(
    experiment: Experiment,
    snapshot: dict[str, Any] | None,
    listeners: Iterable[Any],
    endless: bool = False,
) -> Simulation:
    """Return a simulation that trains for one epoch, from a snapshot or from the beginning.

    If it is `endless`, the number of epochs is unknown and no schedule approaches an end. Raises
    `SpecError` for training layer by layer.
    """
    if experiment.training == "layer_by_layer" and len(experiment.layers) > 1:
        raise SpecError(
            "partial_fit: the experiment trains layer by layer, each for all epochs, and one epoch "
            "is given at a time; use fit, or training = 'together'"
        )
    done = 0 if snapshot is None else int(next(iter(snapshot.values()))["clock"]["epoch"])
    if done >= experiment.n_epoch:
        experiment = configure(experiment, **longer(experiment, {"epochs": done + 1}))
    simulation = assemble(experiment, [*listeners, _OneEpoch()])
    if endless:
        # Short runs are not compiled, so this is decided by the length of a `fit`.
        explained = {layer.name: simulation.explain_step(layer) for layer in simulation.layers}
        simulation.fusion.follow(name for name, reason in explained.items() if reason is None)
        for state in simulation.layers:
            state.clock.n_epoch = _ENDLESS
    if snapshot is not None:
        simulation.restore(_matching(snapshot, simulation))
        for state in simulation.layers:
            state.clock.step = done * state.clock.steps_per_epoch
    return simulation


class _OneEpoch:
    every = "1 epoch"

    @hookimpl
    def should_stop(self, clock: Clock) -> str:
        return f"after epoch {clock.epoch}"


def _matching(snapshot: dict[str, Any], simulation: Simulation) -> dict[str, Any]:
    """Return a snapshot without arrays that have an entry for each of other samples."""
    result = {}
    for state in simulation.network.states:
        saved = snapshot[state.name]
        arrays = dict(saved["arrays"])
        for name, array in state.arrays.items():
            by_sample = "pattern" in state.variables[name].dims
            if by_sample and array.shape != np.shape(arrays.get(name, ())):
                arrays.pop(name, None)
        result[state.name] = saved | {"arrays": arrays}
    return result


def _stand_in(n_sample: int, data: Data) -> Data:
    samples = np.zeros((n_sample, data.samples.shape[1]))
    return Data(samples, labels=np.zeros(n_sample), constant=data.constant)
