"""An experiment run with a note of what each step drew and left behind."""

from typing import Any, NamedTuple

import numpy as np

from plasticity import assemble, hookimpl


class Followed(NamedTuple):
    """The weights before the first step, and of each step the rows drawn and the weights after."""

    start: Any
    rows: list[Any]
    weights: list[Any]


def follow(experiment):
    """Run an experiment of one layer and note every step."""
    follower = _Follower()
    simulation = assemble(experiment, [follower])
    follower.order = simulation.network.whole.components["batches"].order
    follower.size = experiment.batch_size
    start = simulation.layers[0].arrays["weights"].copy()
    simulation.run()
    return Followed(start, follower.rows, follower.weights)


class _Follower:
    def __init__(self):
        self.rows, self.weights = [], []

    @hookimpl
    def step_finished(self, clock, weights):
        first = (clock.step - 1) % clock.steps_per_epoch * self.size
        self.rows.append(self.order[first : first + self.size].copy())
        self.weights.append(np.array(weights))
