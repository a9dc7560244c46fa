"""Slow, obvious twins of the lateral connections: one neuron at a time, in float64."""

import math

import numpy as np


def naive_lateral(current, strength):
    """(1 - L)^-1 u, solved, with `strength` off the diagonal of L and zeros on it."""
    n_neuron = len(current)
    matrix = strength * (np.ones((n_neuron, n_neuron)) - np.eye(n_neuron))
    return np.linalg.solve(np.eye(n_neuron) - matrix, current.astype(float))


def naive_distance(i, j, n_neuron, layout, n_row=1):
    """How far two neurons are apart, over all copies of j where the layout closes on itself."""
    n_column = n_neuron // n_row
    (row_i, column_i), (row_j, column_j) = divmod(i, n_column), divmod(j, n_column)
    closed = layout in ("ring", "torus")
    shifts = (-1, 0, 1) if closed else (0,)
    return min(
        math.hypot(row_i - row_j + down * n_row, column_i - column_j + right * n_column)
        for down in (shifts if layout == "torus" else (0,))
        for right in shifts
    )


def naive_coupling(profile, strength, n_neuron, layout, n_row=1):
    """L_ij = strength k(d_ij) off the diagonal, 0 on it."""
    coupling = np.zeros((n_neuron, n_neuron))
    for i in range(n_neuron):
        for j in range(n_neuron):
            if i != j:
                coupling[i, j] = strength * profile(naive_distance(i, j, n_neuron, layout, n_row))
    return coupling


def naive_solved(current, coupling):
    """(1 - L)^-1 u, sample by sample."""
    solved = np.empty(current.shape)
    for b in range(current.shape[1]):
        solved[:, b] = np.linalg.solve(np.eye(len(coupling)) - coupling, current[:, b])
    return solved


RATES = {
    "linear": lambda u: u,
    "relu": lambda u: max(u, 0.0),
    "logistic": lambda u: 1 / (1 + math.exp(-u)),
    "tanh": math.tanh,
}


def naive_relaxed(current, coupling, iterations, time_constant, transfer):
    """u_i <- u_i + (I_i + sum_j L_ij r(u_j) - u_i) / time_constant, and the last change."""
    settled, changes = np.empty(current.shape), []
    for b in range(current.shape[1]):
        drive = [float(value) for value in current[:, b]]
        u = list(drive)
        for _ in range(iterations):
            rates = [RATES[transfer](value) for value in u]
            change = [
                (drive[i] + math.fsum(coupling[i, j] * rates[j] for j in range(len(u))) - u[i])
                / time_constant
                for i in range(len(u))
            ]
            u = [value + moved for value, moved in zip(u, change, strict=True)]
        settled[:, b] = u
        changes += change
    return settled, max(map(abs, changes)) / np.abs(settled).max()


def naive_anti_hebbian(coupling, activity, rate, target, inhibitory):
    """L_ij - rate (< y_i y_j > - target^2), 0 on the diagonal and, if inhibitory, where above 0."""
    n_neuron, n_sample = activity.shape
    learned = np.zeros((n_neuron, n_neuron))
    for i in range(n_neuron):
        for j in range(n_neuron):
            together = sum(float(activity[i, b]) * float(activity[j, b]) for b in range(n_sample))
            new = float(coupling[i, j]) - rate * (together / n_sample - target**2)
            if i != j and not (inhibitory and new > 0):
                learned[i, j] = new
    return learned
