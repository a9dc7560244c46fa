"""The spread of the responses of a neuron over the patterns, summed in float64."""

from typing import Any

import numpy as np

from plasticity.typing import Array

# Weights, and with them responses, may have diverged: the numbers then say so, as inf or NaN.
_diverged = np.errstate(over="ignore", invalid="ignore")


def responds(responses: Array) -> Array:
    """Return for each neuron whether its responses to any two patterns differ.

    Parameters
    ----------
    responses : ndarray (neuron, sample)

    Returns
    -------
    ndarray of bool (neuron,)

    Examples
    --------
    >>> responds(np.array([[0.0, 0.0], [0.0, 1.0]])).tolist()
    [False, True]
    """
    varies: Array = responses.max(axis=1) > responses.min(axis=1)
    return varies


@_diverged
def peakedness(responses: Array) -> Array:
    """Return how far the mean response of each neuron lies below the largest.

        1 - mean(y_i) / max(y_i)

    Parameters
    ----------
    responses : ndarray (neuron, sample)
        Not negative.

    Returns
    -------
    ndarray (neuron,)
        From 0, alike to all patterns, to 1 - 1/M, to one of M; NaN if no response is above 0.

    References
    ----------
    Bienenstock, Cooper & Munro, J Neuroscience 2 (1982) 32.

    Examples
    --------
    >>> peakedness(np.array([[0.0, 0.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])).tolist()
    [0.75, 0.0]
    """
    largest = np.max(responses, axis=1).astype(np.float64)
    mean = np.mean(responses, axis=1, dtype=np.float64)
    return 1 - _ratio(mean, largest)


@_diverged
def activity_ratio(responses: Array) -> Array:
    """Return the square of the mean response of each neuron over the mean of its square.

        a_i = mean(y_i)^2 / mean(y_i^2)

    Parameters
    ----------
    responses : ndarray (neuron, sample)
        Not negative.

    Returns
    -------
    ndarray (neuron,)
        From 1/M, a response to one of M patterns, to 1, alike to all; NaN if all responses are 0.

    References
    ----------
    Treves & Rolls, Network 2 (1991) 371.

    Examples
    --------
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
    """Return the excess kurtosis of the responses of each neuron.

        mean((y_i - m_i)^4) / mean((y_i - m_i)^2)^2 - 3,   m_i = mean(y_i)

    It is not corrected for the number M of patterns.

    Parameters
    ----------
    responses : ndarray (neuron, sample)

    Returns
    -------
    ndarray (neuron,)
        0 for normal responses, above for few large among many small ones, in
        [-2, M - 5 + 1/(M - 1)]; NaN if a neuron responds to all patterns alike.

    References
    ----------
    Field, Neural Computation 6 (1994) 559.

    Examples
    --------
    >>> excess_kurtosis(np.array([[-1.0, 1.0, -1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])).tolist()
    [-2.0, nan]
    """
    away = responses - np.mean(responses, axis=1, keepdims=True, dtype=np.float64)
    away /= np.max(np.abs(away), axis=1, keepdims=True, initial=np.finfo(np.float64).tiny)
    np.square(away, out=away)
    second = np.where(responds(responses), away.mean(axis=1), 0)
    return _ratio(np.square(away, out=away).mean(axis=1), second**2) - 3


def _ratio(above: Any, below: Any) -> Array:
    """Return above / below (neuron,) in float64, NaN where below is not positive."""
    ratio: Array = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return ratio
