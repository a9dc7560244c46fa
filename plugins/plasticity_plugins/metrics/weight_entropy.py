"""Spread of the weights of each neuron over the inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from plasticity import component, hookimpl
from plasticity.formulas import entropy_of_sizes
from plasticity.typing import Array


@component(source="shannon1948mathematical")
class WeightEntropy:
    """Entropy of the sizes of each neuron's weights, in bits.

        H_i = - sum_j p_ij log2(p_ij),   p_ij = |w_ij| / sum_k |w_ik|

    From 0, a single weight, to log2 of the number of inputs, all of one size: 2^H_i is how many
    inputs count. NaN for a neuron whose weights are all 0.

    Source: Shannon, Bell System Technical Journal 27 (1948) 379. That the sizes of weights are
    taken as probabilities is a convention; their squares would be another.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "weight_entropy": {
            "long_name": "entropy of the sizes of the neuron's weights",
            "units": "bit",
            "comment": "2 to this power is how many inputs count",
        }
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        return {"weight_entropy": entropy_of_sizes(weights)}
