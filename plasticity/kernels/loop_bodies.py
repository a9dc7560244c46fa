"""Loops around functions of components.

The functions below stand for what `loops` puts in, so that the module runs as it is.
"""

from typing import Any

import numpy as np

from plasticity.kernels.cache import njit

DECAYS = False  # whether a rule gives d beside phi


def function(*values: Any) -> Any:
    """Stand for the author's function."""
    return values[0]


def load(arrays: Any, i: int, b: int) -> Any:
    """Return what the function gets of the arrays."""
    return (arrays[0][i, b],)


def store(arrays: Any, k: int, value: Any) -> None:
    """Write what the function returned to element k of the arrays."""
    arrays[0][k] = value


@njit(error_model="numpy")
def elements(arrays: Any, numbers: Any) -> None:
    """Replace elements of the first arrays by a function of those of all, each (element,)."""
    for k in range(len(arrays[0])):
        store(arrays, k, function(*(load(arrays, k, 0) + numbers)))


@njit(error_model="numpy")
def rows(weights: Any, numbers: Any) -> None:
    """Let the function change each row of weights (neuron, input)."""
    for i in range(len(weights)):
        function(weights[i], *numbers)


@njit(error_model="numpy")
def samples(x: Any, step: Any, values: Any) -> None:
    """Let the function change each sample of x (sample, input)."""
    for b in range(len(x)):
        function(x[b], step, b, *values)


@njit(error_model="numpy")
def whole(*values: Any) -> None:
    """Call the function once."""
    function(*values)


@njit(error_model="numpy")
def pointwise(arrays: Any, numbers: Any, modulation: Any, *decay: Any) -> None:
    """Add phi of each neuron and sample, and the mean of d over the samples in their order."""
    n_neuron, n_sample = modulation.shape
    for i in range(n_neuron):
        if DECAYS:
            total = decay[0][i] * 0
            for b in range(n_sample):
                phi, d = function(*(load(arrays, i, b) + numbers))
                modulation[i, b] += phi
                total += d
            decay[0][i] += total / n_sample
        else:
            for b in range(n_sample):
                modulation[i, b] += function(*(load(arrays, i, b) + numbers))


@njit(error_model="numpy")
def competitive(arrays: Any, numbers: Any, modulation: Any, *decay: Any) -> None:
    """Add the phi (and mean d) that the function fills for all neurons, sample after sample."""
    n_neuron, n_sample = modulation.shape
    phi = np.zeros(n_neuron, modulation.dtype)
    d = np.zeros(n_neuron, modulation.dtype)
    for b in range(n_sample):
        for i in range(n_neuron):
            phi[i] = 0
        function(*load((*arrays, phi, d, *numbers), 0, b))
        for i in range(n_neuron):
            modulation[i, b] += phi[i]
    if DECAYS:
        for i in range(n_neuron):
            decay[0][i] += d[i] / n_sample
