"""Effective weights of all weights, where these may have been changed from outside."""

from typing import Any

import plasticity.kernels.cache
from plasticity.fusion.templates.minibatch import effective_of


@plasticity.kernels.cache.njit(error_model="numpy")
def kernel(weights: Any, effective: Any, numbers: Any) -> None:
    """Fill the effective weights (neuron, input)."""
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            effective[i, j] = effective_of(weights[i, j], numbers)
