"""Steps as plain loops: in NumPy as the authors of the rules publish them, or compiled by hand.

All in float32. Each takes weights (neuron, input), which it changes in place, and x (sample,
input); those of one sample a step take all samples and their order.
"""

import numpy as np

from plasticity import njit
from plasticity.typing import Array


def krotov_hopfield(
    weights: Array, x: Array, *, power: float, rank: int, anti_hebbian: float, rate: float
) -> None:
    """Return one batch of the code that Krotov & Hopfield published with PNAS 116 (2019) 7723.

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
    """Return one batch of a BCM layer, its threshold the batch's < y^2 >, as in the published code.

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
    """Do the bare work of uniform lateral connections: u_i <- (u_i + share sum_k u_k) / (1 + s)."""
    strength = np.float32(-0.001)
    current += np.sum(current, axis=0) * (strength / (1 - (len(current) - 1) * strength))
    current /= 1 + strength


def law_cooper_online(
    weights: Array, samples: Array, order: Array, *, memory: float, rate: float
) -> None:
    """Return a BCM layer, one sample a step, as one would write it with Numba for this one rule.

    relu, theta <- memory theta + (1 - memory) y^2, phi = y (y - theta) / theta, plain steps.
    """
    theta = np.ones(len(weights), np.float32)
    _law_cooper_online(samples, order, weights, theta, np.float32(memory), np.float32(rate))


# The sum over the inputs may run in vectors, as that of the compiled steps may.
@njit(error_model="numpy", fastmath={"reassoc", "contract"})
def _law_cooper_online(samples, order, weights, threshold, memory, rate):  # type: ignore[no-untyped-def]  # compiled
    n_neuron, n_input = weights.shape
    for r in order:
        for i in range(n_neuron):
            u = np.float32(0)
            for j in range(n_input):
                u += weights[i, j] * samples[r, j]
            y = u if u > 0 else np.float32(0)
            theta = memory * threshold[i] + (np.float32(1) - memory) * y * y
            threshold[i] = theta
            gain = rate * (y * (y - theta) / theta if theta > 0 else np.float32(0))
            for j in range(n_input):
                weights[i, j] += gain * samples[r, j]
