"""What encoders take from the training data once: means, variances, covariances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from plasticity import Inputs
from plasticity.typing import Array

_BLOCK = 1000  # samples at a time


def mean_of(inputs: Inputs) -> Array:
    """Return the mean (input,) of each input over the training samples, in float64."""
    # By the distance to the first sample: that of an input that is constant is exactly 0.
    first = inputs.take(np.zeros(1, np.int64))[0].astype(np.float64)
    found: Array = first + sum(np.sum(b - first, axis=0) for b in _blocks(inputs)) / inputs.n_sample
    return found


def variance_of(inputs: Inputs, mean: Array) -> Array:
    """Return the variance (input,) of each input, the mean square of its deviations."""
    squares = sum(np.square(block - mean).sum(axis=0) for block in _blocks(inputs))
    found: Array = squares / inputs.n_sample
    return found


def covariance_of(inputs: Inputs, mean: Array) -> Array:
    """Return the covariance (input, input), the mean product of the deviations of two inputs."""
    total = np.zeros((len(mean), len(mean)))
    for block in _blocks(inputs):
        block -= mean
        total += block.T @ block
    return total / inputs.n_sample


def _blocks(inputs: Inputs) -> Iterator[Array]:
    for start in range(0, inputs.n_sample, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, inputs.n_sample))
        yield inputs.take(rows).astype(np.float64)
