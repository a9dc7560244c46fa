"""Size and spread of weights."""

import numpy as np

from plasticity.typing import Array


def p_norms(weights: Array, power: float = 2.0) -> Array:
    """Return the p-norm of the weights of each neuron.

        ||w_i||_p = (sum_j |w_ij|^p)^(1/p)

    Parameters
    ----------
    weights : ndarray (neuron, input)
    power : float
        p, above 0.

    Returns
    -------
    ndarray (neuron,)

    Examples
    --------
    >>> p_norms(np.array([[3.0, -4.0]])).tolist()
    [5.0]
    """
    with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
        norms: Array
        if power == 2:
            # np.linalg.norm would make a copy of the weights, and take four times as long.
            norms = np.sqrt(np.vecdot(weights, weights))
        else:
            norms = np.linalg.norm(weights, ord=power, axis=1)
    return norms


def entropy_of_sizes(weights: Array) -> Array:
    """Return the entropy of the sizes of the weights of each neuron.

        H_i = - sum_j p_ij log2(p_ij),   p_ij = |w_ij| / sum_k |w_ik|

    Parameters
    ----------
    weights : ndarray (neuron, input)

    Returns
    -------
    ndarray (neuron,)
        In bits, from 0, a single weight, to log2(D), all of one size; 2^H_i is the effective number
        of inputs. NaN if all weights are 0, or some are not finite.

    References
    ----------
    Shannon, Bell System Technical Journal 27 (1948) 379.

    Examples
    --------
    >>> entropy_of_sizes(np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 9.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    sizes = np.abs(weights)
    with np.errstate(over="ignore", invalid="ignore"):
        # By the largest first, so that the sum does not overflow.
        largest = sizes.max(axis=1, keepdims=True)
        np.divide(sizes, largest, out=sizes, where=largest > 0)
        total = sizes.sum(axis=1, keepdims=True)
        np.divide(sizes, total, out=sizes, where=total > 0)
        bits = np.log2(sizes, out=np.zeros_like(sizes), where=sizes > 0)
        bits *= sizes
        entropy = np.sum(bits, axis=1, dtype=np.float64)
    known = (largest > 0) & np.isfinite(largest)
    # Less zero is zero, not -0.
    return np.where(known[:, 0], np.abs(entropy), np.nan)
