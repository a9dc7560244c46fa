"""The sets A_i of patterns that neurons select, and how they overlap."""

import numpy as np

from plasticity.formulas.responses import responds
from plasticity.typing import Array


def selected(responses: Array) -> Array:
    """Return for each neuron and pattern whether the response is above the mean of the neuron.

        A_i = {x : y_i(x) > E[y_i]}

    A neuron that responds to all patterns alike selects none.

    Parameters
    ----------
    responses : ndarray (neuron, sample)

    Returns
    -------
    ndarray of bool (neuron, sample)

    References
    ----------
    Squadrani et al., Entropy 24 (2022) 682.

    Examples
    --------
    >>> selected(np.array([[0.0, 0.0, 3.0], [1.0, 1.0, 1.0]])).tolist()
    [[False, False, True], [False, False, False]]
    """
    mean = np.mean(responses, axis=1, keepdims=True, dtype=np.float64)
    # The mean of equal numbers may be rounded to less than they are.
    chosen: Array = (responses > mean) & responds(responses)[:, np.newaxis]
    return chosen


def patterns_by_count(chosen: Array) -> Array:
    """Return the number of patterns that exactly k neurons select, for k from 0 to all.

        n_k = |{x : |{i : x in A_i}| = k}|,   sum_k n_k = |X|,   sum_k k n_k = sum_i |A_i|

    Parameters
    ----------
    chosen : ndarray of bool (neuron, sample)
        As from `selected`.

    Returns
    -------
    ndarray of int (n_neuron + 1,)

    Examples
    --------
    >>> patterns_by_count(np.array([[True, True, False], [False, True, False]])).tolist()
    [1, 1, 1]
    """
    counts: Array = np.bincount(np.count_nonzero(chosen, axis=0), minlength=len(chosen) + 1)
    return counts


def shared_selection(chosen: Array) -> Array:
    """Return for each pair of neurons the share of what either selects that both select.

        R_ij = |A_i and A_j| / |A_i or A_j|

    Parameters
    ----------
    chosen : ndarray of bool (neuron, sample)
        As from `selected`.

    Returns
    -------
    ndarray of float64 (neuron, neuron)
        In [0, 1]; NaN where one of the two selects nothing.

    References
    ----------
    Jaccard, New Phytologist 11 (1912) 37, for the index.

    Examples
    --------
    >>> shared_selection(np.array([[True, True, False], [False, True, False]])).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    # Integers, which float64 carries exactly and BLAS multiplies fast.
    members = chosen.astype(np.float64)
    both = members @ members.T
    size = np.diagonal(both)
    either = size[:, np.newaxis] + size - both
    empty = size == 0
    known = ~(empty[:, np.newaxis] | empty)
    shares: Array = np.divide(both, either, out=np.full_like(both, np.nan), where=known)
    return shares


def class_counts(chosen: Array, labels: Array) -> tuple[Array, Array]:
    """Return the sorted classes and the number of patterns of each that a neuron selects.

        n_ic = |A_i and X_c|        X_c: the patterns of class c

    Parameters
    ----------
    chosen : ndarray of bool (neuron, sample)
        As from `selected`.
    labels : ndarray of int or str (sample,)

    Returns
    -------
    classes : ndarray (class,)
    counts : ndarray of int (neuron, class)

    Examples
    --------
    >>> classes, counts = class_counts(np.array([[True, True, False]]), np.array([7, 7, 3]))
    >>> classes.tolist(), counts.tolist()
    ([3, 7], [[0, 2]])
    """
    classes, belongs = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(chosen), len(classes)), np.int64)
    for index in range(len(classes)):
        counts[:, index] = np.count_nonzero(chosen[:, belongs == index], axis=1)
    return classes, counts
