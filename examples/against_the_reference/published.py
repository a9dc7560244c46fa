"""The published equations as straight loops of NumPy, and the paper's measures.

Nothing of plasticity is used here. Arrays: samples (sample, input), weights (neuron, input); what
is computed has the precision of these.
"""

import numpy as np


def krotov_hopfield(weights, samples, *, power, rank, delta, rate, epochs, batch):
    """The fast form of Krotov & Hopfield, PNAS 116 (2019) 7723, as their published code has it.

    I = sign(W) |W|^(p-1) V;   g = 1 for the first, -delta for the one ranked k
    ds = g V^T - (sum_b g I) W;   W += rate (1 - epoch / epochs) ds / max |ds|
    """
    weights = weights.copy()
    for epoch in range(epochs):
        for start in range(0, len(samples), batch):
            v = samples[start : start + batch].T
            current = np.sign(weights) * np.abs(weights) ** (power - 1) @ v
            order = np.argsort(current, axis=0)
            g = np.zeros_like(current)
            columns = np.arange(v.shape[1])
            g[order[-1], columns] = 1
            g[order[-rank], columns] = -delta
            ds = g @ v.T - np.sum(g * current, axis=1)[:, np.newaxis] * weights
            weights += rate * (1 - epoch / epochs) * ds / np.abs(ds).max()
    return weights, np.maximum(np.sign(weights) * np.abs(weights) ** (power - 1) @ samples.T, 0)


def bcm(weights, samples, *, memory, strength, rate, epochs, batch):
    """The rule of Law & Cooper in the network of Squadrani et al., Entropy 24 (2022) 682.

        y = relu((1 - L)^-1 W x);   theta_t = gamma theta_(t-1) + (1 - gamma) <y^2>_batch
        dW = <y (y - theta) / theta x^T>_batch, by Adam

    memory  gamma; 0 is what their published code runs, which hands the batch mean to the rule
    """
    n_neuron = len(weights)
    lateral = strength * (1 - np.eye(n_neuron))
    solved = np.linalg.inv(np.eye(n_neuron) - lateral).astype(weights.dtype)
    weights, theta, t = weights.copy(), None, 0
    m, v = np.zeros_like(weights), np.zeros_like(weights)
    for _ in range(epochs):
        for start in range(0, len(samples), batch):
            x = samples[start : start + batch]
            y = np.maximum(solved @ weights @ x.T, 0)
            mean_square = (y**2).mean(axis=1)
            theta = mean_square if theta is None else memory * theta + (1 - memory) * mean_square
            phi = y * (y - theta[:, np.newaxis]) / (theta[:, np.newaxis] + 1e-30)
            update = phi @ x / len(x)
            t += 1
            m = 0.9 * m + 0.1 * update
            v = 0.999 * v + 0.001 * update**2
            weights += rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return weights, np.maximum(solved @ weights @ samples.T, 0)


def measures(responses):
    """Selectivity, overlap index and memorization of Squadrani et al., of responses y.

    A_i = {x : y_i(x) > E[y_i]};  alpha = mean |A_i|;  S = |union A_i|;  beta = S / alpha
    """
    selected = responses > responses.mean(axis=1, keepdims=True)
    alpha = selected.sum(axis=1).mean()
    memorized = selected.any(axis=0).sum()
    return {"selectivity": alpha, "overlap": memorized / alpha, "memorization": float(memorized)}
