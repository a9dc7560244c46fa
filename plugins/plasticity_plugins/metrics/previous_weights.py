"""Weights at the last measurement, for comparison."""

from __future__ import annotations

import numpy as np

from plasticity import Variable, hookimpl
from plasticity.formulas import p_norms
from plasticity.typing import Array


class PreviousWeights:
    """Part of a metric: keeps the weights from one measurement to the next."""

    previous = Variable(("neuron", "input"), description="weights at the last measurement, or NaN")

    @hookimpl
    def init_state(self) -> None:
        self.previous.fill(np.nan)

    def moved(self, weights: Array) -> tuple[Array, Array]:
        """Return how far each neuron's weights have moved and their norms before, and copy them.

            ||w_i - w_i,prev||,   ||w_i,prev||

        weights  (neuron, input)
        returns  (neuron,) and (neuron,); NaN at the first measurement
        """
        before = p_norms(self.previous)
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            np.subtract(weights, self.previous, out=self.previous)
        change = p_norms(self.previous)
        self.previous[...] = weights
        return change, before
