"""Steps as plain NumPy loops, as the authors of the rules publish them; in float32 throughout.

Each takes weights (neuron, input), which it changes in place, and x (sample, input).
"""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


def krotov_hopfield(
    weights: Array, x: Array, *, power: float, rank: int, anti_hebbian: float, rate: float
) -> None:
    """One batch of the code that Krotov & Hopfield published with PNAS 116 (2019) 7723.

    Their names and operations; only the type is float32, and the order of samples is not drawn.
    """
    hid, n_input = weights.shape
    num = len(x)
    inputs = np.transpose(x)
    sig = np.sign(weights)
    tot_input = np.dot(sig * np.absolute(weights) ** np.float32(power - 1), inputs)
    y = np.argsort(tot_input, axis=0)
    yl = np.zeros((hid, num), np.float32)
    yl[y[hid - 1, :], np.arange(num)] = 1.0
    yl[y[hid - rank], np.arange(num)] = -anti_hebbian
    xx = np.sum(np.multiply(yl, tot_input), 1)
    ds = np.dot(yl, np.transpose(inputs)) - np.multiply(
        np.tile(xx.reshape(xx.shape[0], 1), (1, n_input)), weights
    )
    nc = max(np.amax(np.absolute(ds)), np.float32(1e-30))
    weights += np.float32(rate) * np.true_divide(ds, nc)


def law_cooper(weights: Array, x: Array, *, rate: float) -> None:
    """One batch of a BCM layer, its threshold the batch's < y^2 >, as in the published code.

    Squadrani et al., Entropy 24 (2022) 682: relu, phi = y (y - theta) / theta, plain steps. Their
    matrix of lateral connections is left out.
    """
    output = np.maximum(np.dot(weights, x.T), np.float32(0))
    theta = np.mean(output**2, axis=1, keepdims=True)
    phi = output * (output - theta) / np.maximum(theta, np.float32(1e-30))
    weights += np.float32(rate) * np.dot(phi, x) / np.float32(len(x))


def uniform_solve(
    weights: Array, x: Array, current: Array, modulation: Array, update: Array
) -> None:
    """The bare cost of uniform lateral connections: u_i <- (u_i + share sum_k u_k) / (1 + s)."""
    strength = np.float32(-0.001)
    current += np.sum(current, axis=0) * (strength / (1 - (len(current) - 1) * strength))
    current /= 1 + strength
