"""Training by single epochs, each perhaps on other samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plasticity.components.clock import Clock
from plasticity.errors import SpecError
from plasticity.experiment.configure import configure, longer
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.sklearn.fitted import matching

_ENDLESS = 10**9  # epochs


class _OneEpoch:
    every = "1 epoch"

    @hookimpl
    def should_stop(self, clock: Clock) -> str:
        return f"after epoch {clock.epoch}"


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
        simulation.restore(matching(snapshot, simulation))
        for state in simulation.layers:
            state.clock.step = done * state.clock.steps_per_epoch
    return simulation
