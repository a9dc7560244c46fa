"""Weights that are samples of the data."""

from __future__ import annotations

import numpy as np

from plasticity import Inputs, Stream, component, hookimpl, setting
from plasticity.typing import Array


@component
class FromSamples:
    """Each neuron begins with a sample of its own as its weights.

        w_i = scale x_s(i)

    The s(i) are drawn at random, each sample as often as any other or once more: none is drawn
    twice while others are left. An upper layer gets what the layers below answer to the samples.
    """

    scale: float = setting(default=1.0, doc="factor on the sample")

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array, inputs: Inputs) -> None:
        n_neuron, n_sample = len(weights), inputs.n_sample
        rounds = [self.rng.permutation(n_sample) for _ in range(-(-n_neuron // n_sample))]
        np.multiply(inputs.take(np.concatenate(rounds)[:n_neuron]), self.scale, out=weights)
