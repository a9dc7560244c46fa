"""Slow, obvious twins: one number at a time, in float64, in the order of the equations."""

import math
from fractions import Fraction

import numpy as np


def naive_logistic(u):
    """1 / (1 + exp(-u))."""
    return 1 / (1 + math.exp(-u)) if u > 0 else math.exp(u) / (1 + math.exp(u))


def naive_max_abs(update):
    """dW / max(max |dW|, 1e-30)."""
    largest = max(abs(value) for row in update for value in row)
    return np.array(
        [[float(value) / max(float(largest), 1e-30) for value in row] for row in update]
    )


def naive_row_norm(weights, norm, power, at_most):
    """Each row times norm / (sum |w|^p)^(1/p); with `at_most` only where that is larger."""
    rows = []
    for row in np.asarray(weights, np.float64):
        found = sum(abs(value) ** power for value in row) ** (1 / power)
        keep = found == 0 or (at_most and found <= norm)
        rows.append(row if keep else [value * norm / found for value in row])
    return np.array(rows)


def naive_momentum(weights, updates, rates, momentum):
    """The weights after each update: v <- momentum v + rate dW, w <- w + v."""
    w, v, path = np.array(weights, np.float64), np.zeros(np.shape(weights)), []
    for update, rate in zip(updates, rates, strict=True):
        for place in np.ndindex(w.shape):
            v[place] = momentum * v[place] + rate * float(update[place])
            w[place] = w[place] + v[place]
        path.append(w.copy())
    return path


def naive_adam(weights, updates, rates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The weights after each update, by algorithm 1 of Kingma & Ba (2015), with g = -dW."""
    theta = np.array(weights, np.float64)
    m, v, path = np.zeros(theta.shape), np.zeros(theta.shape), []
    for t, (update, alpha) in enumerate(zip(updates, rates, strict=True), start=1):
        for place in np.ndindex(theta.shape):
            g = -float(update[place])
            m[place] = beta1 * m[place] + (1 - beta1) * g
            v[place] = beta2 * v[place] + (1 - beta2) * g**2
            m_hat = m[place] / (1 - beta1**t)
            v_hat = v[place] / (1 - beta2**t)
            theta[place] = theta[place] - alpha * m_hat / (math.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return path


# -- rules, thresholds, lateral connections ----------------------------------------------------


def naive_mean_square(activity):
    """E[y^2] of each neuron."""
    n_neuron, n_sample = activity.shape
    return np.array(
        [sum(float(y) ** 2 for y in activity[i]) / n_sample for i in range(n_neuron)]
    ).reshape(n_neuron)


def naive_law_cooper(activity, threshold):
    """phi = y (y - theta) / theta; 0 where theta is 0."""
    phi = np.zeros(activity.shape)
    for (i, b), y in np.ndenumerate(activity.astype(float)):
        theta = float(threshold[i])
        if theta > 0:
            phi[i, b] = y * (y - theta) / theta
    return phi


def naive_intrator_cooper(activity, threshold, slope):
    """phi = y (y - theta) sigma'(u)."""
    return naive_bcm_parabola(activity, threshold) * slope


def naive_bcm_parabola(activity, threshold):
    """phi = y (y - theta)."""
    phi = np.zeros(activity.shape)
    for (i, b), y in np.ndenumerate(activity.astype(float)):
        phi[i, b] = y * (y - float(threshold[i]))
    return phi


def naive_ranked(current, rank, anti_hebbian):
    """The g (neuron, sample) of Krotov & Hopfield and the mean of g u; ties by lowest index."""
    g = np.zeros(current.shape)
    for b in range(current.shape[1]):
        order = sorted(range(len(current)), key=lambda i: (-current[i, b], i))
        g[order[0], b] = 1
        g[order[rank - 1], b] = -anti_hebbian
    return g, (g * current).mean(axis=1)


def naive_signed_power(weights, exponent):
    """sign(w) |w|^exponent."""
    return np.sign(weights) * np.abs(weights.astype(float)) ** exponent


def naive_fading_mean(values, memory, start=None):
    """All m_t = memory m_(t-1) + (1 - memory) v_t; before the first, m is v_0 or `start`."""
    mean = values[0] if start is None else np.full(values[0].shape, start)
    means = []
    for value in values:
        mean = memory * mean + (1 - memory) * value
        means.append(mean)
    return means


def naive_lateral(current, strength):
    """(1 - L)^-1 u, solved, with `strength` off the diagonal of L and zeros on it."""
    n_neuron = len(current)
    matrix = strength * (np.ones((n_neuron, n_neuron)) - np.eye(n_neuron))
    return np.linalg.solve(np.eye(n_neuron) - matrix, current.astype(float))


# -- metrics -----------------------------------------------------------------------------------


def naive_selected(responses):
    """For each neuron the set of the samples to which it responds with more than its mean."""
    sets = []
    for row in responses:
        values = [Fraction(float(value)) for value in row]
        mean = sum(values) / len(values)
        sets.append({sample for sample, value in enumerate(values) if value > mean})
    return sets


def naive_overlap(responses):
    """|union A_i| / mean |A_i|; None where all A_i are empty."""
    sets = naive_selected(responses)
    total = sum(len(chosen) for chosen in sets)
    return len(set().union(*sets)) / (total / len(sets)) if total else None


def naive_norm(row, power=2):
    """(sum_j |w_j|^p)^(1/p)"""
    return math.fsum(abs(float(value)) ** power for value in row) ** (1 / power)


def naive_weight_change(before, after):
    """||after - before|| / ||before||, all weights in one row; None where they were all 0."""
    norm = naive_norm(np.ravel(before))
    moved = naive_norm(np.ravel(np.asarray(after, np.float64) - np.asarray(before, np.float64)))
    return moved / norm if norm else None


def naive_masked(weights, mask):
    """w_ij where mask_ij is not 0, else 0."""
    return np.array(
        [
            [w if there else 0.0 for w, there in zip(*rows, strict=True)]
            for rows in zip(weights, mask, strict=True)
        ]
    )
