"""Grossberg's instar and outstar."""

from __future__ import annotations

import numpy as np

from plasticity import Rule, Variable, component, hookimpl, rule
from plasticity.typing import Array


@rule("instar", source="grossberg1976adaptive")
def instar(y: float) -> tuple[float, float]:
    """Weights of a neuron move towards the inputs on which it is active.

        dw_ij = < y_i (x_j - w_ij) >

    y is a pure number; where it is negative the weights move away. They converge to the mean of the
    inputs, each weighed by y.
    Source: Grossberg, Biological Cybernetics 23 (1976) 121, with the learning signal linear in y.
    The paper's time is continuous; we take the mean of a batch.
    """
    return y, y


@component(source="grossberg1968some")
class Outstar(Rule):
    """Weights of an input move towards the activities that accompany it.

        dw_ij = < x_j (y_i - w_ij) >

    Where an input is negative its weights move away. They converge to the mean of the activities,
    each weighed by x. The decay is of an input, not of a neuron, so it passes by the sum phi and d.

    Source: Grossberg, PNAS 59 (1968) 368, whose source is one cell; here each input is one. The
    paper's time is continuous; we take the mean of a batch.
    """

    faded = Variable(("neuron", "input"), intent="scratch", description="the decay of this step")

    @hookimpl
    def modulate(self, activity: Array, modulation: Array) -> None:
        modulation += activity

    @hookimpl
    def propose_update(self, x: Array, weights: Array, update: Array) -> None:
        np.multiply(weights, x.mean(axis=0), out=self.faded)
        update -= self.faded
