"""Oja's decay for any rule."""

from __future__ import annotations

import numpy as np

from plasticity import Variable, component, hookimpl
from plasticity.typing import Array


@component(source="oja1982simplified")
class OjaStabilizer:
    """Takes from the update what would make the weights of a neuron longer or shorter than 1.

        dw_ij <- dw_ij - < phi_i y_i > w_ij

    phi is what the rules of the layer add up to, without what they propose beside phi and d. With
    Hebb's rule this is Oja's. A linear neuron on which E[phi y] is above 0 keeps unit length.

    Source: Oja, Journal of Mathematical Biology 15 (1982) 267, for phi = y; stabilizer 1 of the
    simulator of Blais, which takes it from the weights after they have moved, a difference of the
    second order in the rate.
    """

    modulation = Variable(("neuron", "sample"), intent="in", description="phi / number of samples")

    @hookimpl
    def shape_update(self, weights: Array, activity: Array, update: Array) -> None:
        # The loop has divided phi by the number of samples, so the sum is the mean.
        decay = np.einsum("ib,ib->i", self.modulation, activity)
        update -= decay[:, np.newaxis] * weights
