"""Sanger's generalized Hebbian algorithm."""

from __future__ import annotations

import numpy as np

from plasticity import Rule, Variable, component, hookimpl
from plasticity.typing import Array


@component(source="sanger1989optimal")
class Sanger(Rule):
    """Generalized Hebbian learning of the principal components of the inputs, in order.

        dw_ij = < y_i (x_j - sum_(k <= i) y_k w_kj) >

    A linear layer converges to the eigenvectors of E[x x^T] of unit length, the largest first; the
    first neuron follows `oja`. Centre the inputs if those of their covariance are meant.

    Source: Sanger, Neural Networks 2 (1989) 459. The paper follows single samples; we take the mean
    of a batch.
    """

    explained = Variable(
        ("neuron", "input"), intent="scratch", description="what neurons up to this one explain"
    )

    @hookimpl
    def modulate(self, activity: Array, modulation: Array) -> None:
        modulation += activity

    @hookimpl
    def propose_update(self, weights: Array, activity: Array, update: Array) -> None:
        correlation = np.tril(activity @ activity.T)
        correlation /= activity.shape[1]
        np.dot(correlation, weights, out=self.explained)
        update -= self.explained
