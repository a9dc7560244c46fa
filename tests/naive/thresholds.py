"""Twins of the threshold estimators."""

import numpy as np


def naive_mean_square(activity):
    """E[y^2] of each neuron."""
    n_neuron, n_sample = activity.shape
    return np.array(
        [sum(float(y) ** 2 for y in activity[i]) / n_sample for i in range(n_neuron)]
    ).reshape(n_neuron)


def naive_fading_mean(values, memory, start=None):
    """All m_t = memory m_(t-1) + (1 - memory) v_t; before the first, m is v_0 or `start`."""
    mean = values[0] if start is None else np.full(values[0].shape, start)
    means = []
    for value in values:
        mean = memory * mean + (1 - memory) * value
        means.append(mean)
    return means
