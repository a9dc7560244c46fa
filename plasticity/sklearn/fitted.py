"""A trained simulation without its samples."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from plasticity.components.data import Data
from plasticity.components.defaults import AsLearnt
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation


@attrs.define(eq=False)
class Fitted:
    """Trained simulation without its samples, small enough to be pickled."""

    experiment: Experiment  # without metrics and observers, with a sample of zeros as its data
    snapshot: dict[str, Any]
    _simulation: Simulation | None = attrs.field(default=None, init=False)

    @property
    def simulation(self) -> Simulation:
        """Return a simulation that responds like the trained one, assembled once."""
        if self._simulation is None:
            spec = self.experiment
            layers = tuple(attrs.evolve(layer, initializer=AsLearnt()) for layer in spec.layers)
            data = _stand_in(spec.batch_size, spec.data)
            self._simulation = assemble(attrs.evolve(spec, data=data, layers=layers))
            self._simulation.restore(matching(self.snapshot, self._simulation))
        return self._simulation

    def __getstate__(self) -> tuple[Any, ...]:
        return self.experiment, self.snapshot

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.experiment, self.snapshot = state
        self._simulation = None


def fitted(simulation: Simulation) -> Fitted:
    """Return a trained simulation without its samples."""
    experiment, data = simulation.experiment, _stand_in(1, simulation.data)
    spec = attrs.evolve(experiment, data=data, metrics=(), observers=(), measure_samples=1)
    return Fitted(spec, simulation.snapshot())


def matching(snapshot: dict[str, Any], simulation: Simulation) -> dict[str, Any]:
    """Return a snapshot without arrays that have an entry for each of other samples."""
    result = {}
    for state in simulation.network.states:
        saved = snapshot[state.name]
        others = {
            name
            for name, array in state.arrays.items()
            if "pattern" in state.variables[name].dims
            and array.shape != np.shape(saved["arrays"].get(name))
        }
        arrays = {name: array for name, array in saved["arrays"].items() if name not in others}
        result[state.name] = saved | {"arrays": arrays}
    return result


def _stand_in(n_sample: int, data: Data) -> Data:
    samples = np.zeros((n_sample, data.samples.shape[1]))
    return Data(samples, labels=np.zeros(n_sample), constant=data.constant)
