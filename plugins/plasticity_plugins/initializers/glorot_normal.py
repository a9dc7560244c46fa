"""Normal weights scaled to the size of the layer."""

from __future__ import annotations

import math

from plasticity import Stream, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins import bibliography


@component(source=bibliography.GLOROT_BENGIO_2010)
class GlorotNormal:
    """Independent normal weights whose variance is one over the mean of fan-in and fan-out.

        w_ij ~ N(0, 2 / (n_input + n_neuron))

    Fan-in is the number of inputs, fan-out that of neurons.

    Source: Glorot & Bengio, AISTATS 2010, equation 12. They draw from the uniform distribution of
    this variance (equation 16); the normal one, not truncated, is what the code of Squadrani et al.
    draws. That code exchanges fan-in and fan-out, which the sum of both does not show.
    """

    rng = Stream()

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron, n_input = weights.shape
        weights[...] = self.rng.normal(0, math.sqrt(2 / (n_input + n_neuron)), weights.shape)
