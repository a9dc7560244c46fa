"""Slow, obvious twins of the readouts, in Python's own numbers."""

import math

import numpy as np


def naive_loss(argument, targets, exponent):
    """< sum_a |tanh(z_a) - t_a|^m > of arguments z (sample, class)."""
    total = 0.0
    for row, target in zip(argument, targets, strict=True):
        for place, z in enumerate(row):
            t = 1 if place == target else -1
            total += abs(math.tanh(z) - t) ** exponent
    return total / len(argument)


def naive_slope(argument, targets, exponent, step=1e-6):
    """The slope of that loss along each argument, by central differences."""
    slope = np.zeros(argument.shape)
    for place in np.ndindex(argument.shape):
        moved = np.zeros(argument.shape)
        moved[place] = step
        ahead = naive_loss(argument + moved, targets, exponent)
        behind = naive_loss(argument - moved, targets, exponent)
        slope[place] = (ahead - behind) / (2 * step)
    return slope


def naive_head(currents, targets, n_class, orders, rates, batch_size, *, power, exponent, beta):
    """S (class, neuron) of the head of Krotov and Hopfield, trained by Adam from zero.

    orders, rates  of the samples and of Adam, for each epoch
    """
    h = np.array([[max(u, 0.0) ** power for u in row] for row in currents])
    shape = (n_class, h.shape[1])
    s, m, v = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    t = 0
    for order, rate in zip(orders, rates, strict=True):
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            gradient = np.zeros(shape)
            for row in rows:
                for a in range(n_class):
                    c = math.tanh(beta * sum(s[a] * h[row]))
                    error = c - (1 if a == targets[row] else -1)
                    steep = exponent * abs(error) ** (exponent - 1) * math.copysign(1, error)
                    gradient[a] += steep * (1 - c**2) * beta * h[row] / len(rows)
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            s = s - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return s


def naive_completion(activity, weights, sample, hidden, votes):
    """One sample with its hidden inputs as the closest neurons recall them."""
    seen = [j for j in range(len(sample)) if not hidden[j]]
    lengths = [math.sqrt(sum(w[j] ** 2 for j in seen)) for w in weights]
    closeness = [max(y, 0.0) / n if n else 0.0 for y, n in zip(activity, lengths, strict=True)]
    voting = sorted(range(len(weights)), key=lambda i: closeness[i])[-votes:]
    recalled = [sum(closeness[i] * weights[i][j] for i in voting) for j in range(len(sample))]
    square = sum(recalled[j] ** 2 for j in seen)
    scale = sum(sample[j] * recalled[j] for j in seen) / square if square else 0.0
    return [scale * recalled[j] if hidden[j] else sample[j] for j in range(len(sample))]
