"""Sparseness of the responses over the samples and over the neurons."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import activity_ratio
from plasticity.typing import Array


@component(source="treves1991what")
class Sparseness:
    """Sparseness of Treves and Rolls, over the samples and over the neurons; less is sparser.

        a_i = <y_i>^2 / <y_i^2>        <.> = mean over the M evaluation samples
        population_sparseness = mean over the samples of the same with <.> over the N neurons

    a_i goes from 1/M, a response to one sample alone, to 1, alike to all; over the neurons from 1/N
    to 1. For responses that are not negative. NaN for a silent neuron; a sample to which no neuron
    responds is left out of the mean.

    Source: Treves & Rolls, Network 2 (1991) 371, over neurons; Rolls & Tovee, J Neurophysiology 73
    (1995) 713, over stimuli.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "sparseness": {
            "long_name": "sparseness of the neuron's responses",
            "units": "1",
            "comment": "over the evaluation samples; from 1 over their number, one sample, to 1, "
            "alike to all; NaN for a silent neuron",
        },
        "population_sparseness": {
            "long_name": "mean sparseness of the responses to a sample",
            "units": "1",
            "comment": "over the neurons; from 1 over their number, one neuron, to 1, all alike",
        },
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        over_neurons = activity_ratio(responses.T)
        answered = over_neurons[~np.isnan(over_neurons)]
        return {
            "sparseness": activity_ratio(responses),
            "population_sparseness": float(answered.mean()) if answered.size else np.nan,
        }
