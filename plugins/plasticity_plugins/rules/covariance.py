"""Sejnowski's covariance rule."""

from __future__ import annotations

import numpy as np

from plasticity import Rule, Variable, component, hookimpl, setting
from plasticity.typing import Array


@component(source="sejnowski1977storing")
class Covariance(Rule):
    """Synapses grow with the covariance of input and activity.

        dw_ij = < (y_i - m_i) (x_j - n_j) >
        m_i <- gamma m_i + (1 - gamma) < y_i >,   n_j <- gamma n_j + (1 - gamma) < x_j >

    Before the first step that learns the means are those of its batch. The same step sees the new
    ones. With a memory of 0 they are the batch means, and the update is the covariance in the
    batch, 0 for a single sample. Nothing bounds the weights: add a constraint or a weight decay.

    Source: Sejnowski, Journal of Mathematical Biology 4 (1977) 303, which leaves the estimate of
    the means open; the fading memory is ours. The paper follows single samples; we take the mean of
    a batch.
    """

    memory: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share gamma of the old means kept at each step",
        because="a memory of 1 never forgets the first means",
    )

    mean_activity = Variable(("neuron",), description="mean activity m, with a fading memory")
    mean_input = Variable(("input",), description="mean input n, with a fading memory")
    begun = Variable((), dtype="bool", description="whether the means are of anything yet")
    product = Variable(("neuron", "input"), intent="scratch", description="< y - m > n")

    @hookimpl
    def modulate(self, x: Array, activity: Array, modulation: Array) -> None:
        for mean, now in (
            (self.mean_activity, activity.mean(axis=1)),
            (self.mean_input, x.mean(axis=0)),
        ):
            if not self.begun:
                mean[...] = now
            mean *= self.memory
            mean += (1 - self.memory) * now
        self.begun[...] = True
        modulation += activity
        modulation -= self.mean_activity[:, np.newaxis]

    @hookimpl
    def propose_update(self, activity: Array, update: Array) -> None:
        # The loop forms < (y - m) x >; what is left is < y - m > n.
        left = activity.mean(axis=1)
        left -= self.mean_activity
        np.multiply(left[:, np.newaxis], self.mean_input, out=self.product)
        update -= self.product
