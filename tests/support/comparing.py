"""Small experiments to compare, without plugins."""

from __future__ import annotations

import numpy as np

from plasticity import Data, component, hookimpl
from tests.support import toys

RNG = np.random.default_rng(11)
CLASSES = np.arange(100) % 2
SEPARABLE = RNG.random((100, 6))
SEPARABLE[:, 0] += 2 * CLASSES  # a gap between the classes


@component
class Norms:
    """The norms of the weights, a number a neuron."""

    @hookimpl
    def measure(self, weights):
        return {"norm": np.linalg.norm(weights, axis=1)}


@component
class LastStep:
    @hookimpl
    def measure(self, clock):
        return {"last_step": clock.step}


class Stumbles:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 3:
            raise ValueError("a stone in the way")


def spec(**changes):
    """100 samples of 6 inputs in 20 batches of 5; one epoch unless said otherwise."""
    return toys.experiment(**{"data": Data(SEPARABLE), "metrics": [LastStep()]} | changes)
