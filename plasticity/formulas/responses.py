"""How the responses of a neuron are spread over the patterns.

All take `responses` (neuron, sample) and return a number for each neuron, summed in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity.typing import Array

# Weights, and with them responses, may have diverged: the numbers then say so, as inf or NaN.
_diverged = np.errstate(over="ignore", invalid="ignore")


def responds(responses: Array) -> Array:
    """Whether a neuron responds to some pattern otherwise than to another; (neuron,) of bool.

    >>> responds(np.array([[0.0, 0.0], [0.0, 1.0]])).tolist()
    [False, True]
    """
    varies: Array = responses.max(axis=1) > responses.min(axis=1)
    return varies


@_diverged
def peakedness(responses: Array) -> Array:
    """How far the mean response lies below the largest.

        1 - mean(y_i) / max(y_i)

    From 0, alike to all patterns, to 1 - 1/M, to one of M; for responses that are not negative.
    NaN where the largest response is not above 0.

    Source: Bienenstock, Cooper & Munro, J Neuroscience 2 (1982) 32.

    >>> peakedness(np.array([[0.0, 0.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])).tolist()
    [0.75, 0.0]
    """
    largest = np.max(responses, axis=1).astype(np.float64)
    mean = np.mean(responses, axis=1, dtype=np.float64)
    return 1 - _ratio(mean, largest)


@_diverged
def activity_ratio(responses: Array) -> Array:
    """The square of the mean response over the mean of its square.

        a_i = mean(y_i)^2 / mean(y_i^2)

    From 1/M, a response to one of M patterns, to 1, alike to all; for responses that are not
    negative. NaN where all responses are 0.

    Source: Treves & Rolls, Network 2 (1991) 371.

    >>> activity_ratio(np.array([[0.0, 0.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])).tolist()
    [0.25, 1.0]
    """
    # Scaled, so that the squares neither overflow nor vanish.
    largest = np.max(np.abs(responses), axis=1, keepdims=True)
    scaled = responses / np.where(largest > 0, largest, 1)
    mean = np.mean(scaled, axis=1, dtype=np.float64)
    return _ratio(mean**2, np.mean(np.square(scaled), axis=1, dtype=np.float64))


@_diverged
def excess_kurtosis(responses: Array) -> Array:
    """The fourth central moment over the square of the second, less that of a normal variable.

        mean((y_i - m_i)^4) / mean((y_i - m_i)^2)^2 - 3,   m_i = mean(y_i)

    0 for normal responses, above for few large among many small ones; at least -2, at most
    M - 5 + 1/(M - 1) for M patterns. NaN where a neuron responds to all alike.

    Source: Field, Neural Computation 6 (1994) 559. Not corrected for the number of patterns.

    >>> excess_kurtosis(np.array([[-1.0, 1.0, -1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])).tolist()
    [-2.0, nan]
    """
    away = responses - np.mean(responses, axis=1, keepdims=True, dtype=np.float64)
    away /= np.max(np.abs(away), axis=1, keepdims=True, initial=np.finfo(np.float64).tiny)
    np.square(away, out=away)
    second = np.where(responds(responses), away.mean(axis=1), 0)
    return _ratio(np.square(away, out=away).mean(axis=1), second**2) - 3


def _ratio(above: Any, below: Any) -> Array:
    """above / below (neuron,) in float64, NaN where below is not above 0."""
    ratio: Array = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return ratio
