"""What is kept of a trained simulation, and a simulation that responds as it did."""

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
class Learnt:
    """A trained simulation without its samples, small enough to be pickled.

    experiment  the spec, its metrics and observers left out, a sample of zeros as its data
    snapshot    all arrays, random streams and clocks
    """

    experiment: Experiment
    snapshot: dict[str, Any]
    _simulation: Simulation | None = attrs.field(default=None, init=False)

    @property
    def simulation(self) -> Simulation:
        """A simulation that responds as the trained one did; made when it is first asked for."""
        if self._simulation is None:
            made = self.experiment
            layers = tuple(attrs.evolve(layer, initializer=AsLearnt()) for layer in made.layers)
            data = _stand_in(made.batch_size, made.data)
            simulation = assemble(attrs.evolve(made, data=data, layers=layers))
            simulation.restore(fitting(self.snapshot, simulation))
            self._simulation = simulation
        return self._simulation

    def __getstate__(self) -> tuple[Any, ...]:
        return self.experiment, self.snapshot

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.experiment, self.snapshot = state
        self._simulation = None


def learnt_by(simulation: Simulation) -> Learnt:
    """What is to be kept of a simulation that was trained."""
    experiment, data = simulation.experiment, _stand_in(1, simulation.data)
    made = attrs.evolve(experiment, data=data, metrics=(), observers=(), measure_samples=1)
    return Learnt(made, simulation.snapshot())


def fitting(snapshot: dict[str, Any], simulation: Simulation) -> dict[str, Any]:
    """A snapshot without the arrays that have an entry for each sample, where these are others."""
    taken = {}
    for state in simulation.network.states:
        kept = snapshot[state.name]
        others = {
            name
            for name, array in state.arrays.items()
            if "pattern" in state.variables[name].dims
            and array.shape != np.shape(kept["arrays"].get(name))
        }
        arrays = {name: array for name, array in kept["arrays"].items() if name not in others}
        taken[state.name] = {**kept, "arrays": arrays}
    return taken


def _stand_in(n_sample: int, data: Data) -> Data:
    samples = np.zeros((n_sample, data.samples.shape[1]))
    return Data(samples, labels=np.zeros(n_sample), constant=data.constant)
