"""Slow, obvious twins of the rules: one sample and one synapse at a time, in float64."""

import math

import numpy as np


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


def mean_over_samples(weights, x, change):
    """< dw_ij >, where change(b, i, j) is what sample b does to the synapse."""
    n_neuron, n_input = weights.shape
    update = np.zeros(weights.shape)
    for i in range(n_neuron):
        for j in range(n_input):
            update[i, j] = math.fsum(change(b, i, j) for b in range(len(x))) / len(x)
    return update


def doubles(*arrays):
    """The arrays in float64, so that every number of a twin is one."""
    return [np.asarray(array, np.float64) for array in arrays]


# -- the BCM family ----------------------------------------------------------------------------


def naive_parabola(weights, x, activity, threshold):
    """dw = < y (y - theta) x >."""
    weights, x, y, theta = doubles(weights, x, activity, threshold)
    return mean_over_samples(weights, x, lambda b, i, j: y[i, b] * (y[i, b] - theta[i]) * x[b, j])


def naive_reference(weights, x, activity, threshold):
    """dw = < y (y - theta) x > / (theta + 1e-30)."""
    weights, x, y, theta = doubles(weights, x, activity, threshold)
    return mean_over_samples(
        weights, x, lambda b, i, j: y[i, b] * (y[i, b] - theta[i]) * x[b, j] / (theta[i] + 1e-30)
    )


def naive_bblais(weights, x, activity, threshold, offset, decay, divided=False):
    """dw = < z (z - theta) x > - gamma w with z = y - y0; divided by theta if asked for."""
    weights, x, y, theta = doubles(weights, x, activity, threshold)

    def change(b, i, j):
        z = y[i, b] - offset
        if divided and theta[i] == 0:
            return -decay * weights[i, j]
        phi = z * (z - theta[i]) / (theta[i] if divided else 1)
        return phi * x[b, j] - decay * weights[i, j]

    return mean_over_samples(weights, x, change)


# -- the classic rules -------------------------------------------------------------------------


def naive_anti_hebb(weights, x, activity):
    """dw = - < y x >."""
    weights, x, y = doubles(weights, x, activity)
    return mean_over_samples(weights, x, lambda b, i, j: -y[i, b] * x[b, j])


def naive_instar(weights, x, activity):
    """dw = < y (x - w) >."""
    weights, x, y = doubles(weights, x, activity)
    return mean_over_samples(weights, x, lambda b, i, j: y[i, b] * (x[b, j] - weights[i, j]))


def naive_outstar(weights, x, activity):
    """dw = < x (y - w) >."""
    weights, x, y = doubles(weights, x, activity)
    return mean_over_samples(weights, x, lambda b, i, j: x[b, j] * (y[i, b] - weights[i, j]))


def naive_sanger(weights, x, activity):
    """dw_ij = < y_i (x_j - sum_(k <= i) y_k w_kj) >."""
    weights, x, y = doubles(weights, x, activity)

    def change(b, i, j):
        explained = sum(y[k, b] * weights[k, j] for k in range(i + 1))
        return y[i, b] * (x[b, j] - explained)

    return mean_over_samples(weights, x, change)


def naive_covariance(weights, x, activity, mean_activity, mean_input):
    """dw = < (y - m) (x - n) >."""
    weights, x, y, m, n = doubles(weights, x, activity, mean_activity, mean_input)
    return mean_over_samples(weights, x, lambda b, i, j: (y[i, b] - m[i]) * (x[b, j] - n[j]))


def naive_competitive(weights, x, current, winners, leak):
    """dw = < c (x - w) >, c = 1 for the k largest currents, else leak; ties by lowest index."""
    weights, x, u = doubles(weights, x, current)
    c = np.full(u.shape, leak)
    for b in range(len(x)):
        for i in sorted(range(len(u)), key=lambda i: (-u[i, b], i))[:winners]:
            c[i, b] = 1
    return mean_over_samples(weights, x, lambda b, i, j: c[i, b] * (x[b, j] - weights[i, j]))


def naive_softhebb(weights, x, current, temperature):
    """dw = < p (x - u w) >, p the softmax of u / T over the neurons."""
    weights, x, u = doubles(weights, x, current)
    p = np.zeros(u.shape)
    for b in range(len(x)):
        powers = [math.exp(value / temperature) for value in u[:, b]]
        p[:, b] = [power / sum(powers) for power in powers]
    return mean_over_samples(
        weights, x, lambda b, i, j: p[i, b] * (x[b, j] - u[i, b] * weights[i, j])
    )


def naive_kohonen(weights, x, columns, radius, torus):
    """dw = < h (x - w) >, h = exp(-r^2 / (2 radius^2)) of the distance from the nearest neuron."""
    weights, x = doubles(weights, x)
    rows = len(weights) // columns

    def neighbourhood(i, c):
        down, across = abs(i // columns - c // columns), abs(i % columns - c % columns)
        if torus:
            down, across = min(down, rows - down), min(across, columns - across)
        return math.exp(-(down**2 + across**2) / (2 * radius**2))

    nearest = [
        min(range(len(weights)), key=lambda i: (math.dist(sample, weights[i]), i)) for sample in x
    ]
    return mean_over_samples(
        weights, x, lambda b, i, j: neighbourhood(i, nearest[b]) * (x[b, j] - weights[i, j])
    )


# -- projection pursuit ------------------------------------------------------------------------


def naive_pursuit(name, weights, x, activity, slope, second, third, fourth):
    """dw = < phi(y) sigma' x > of the index of this name, with the moments of each neuron."""
    weights, x, y, slope = doubles(weights, x, activity, slope)
    second, third, fourth = doubles(second, third, fourth)
    phis = {
        "intrator": lambda y, i: y * (y - 4 / 3 * second[i]),
        "s1": lambda y, i: y * (y - third[i] / second[i]) / second[i] ** 1.5,
        "s2": lambda y, i: y * (y - math.sqrt(second[i])),
        "k1": lambda y, i: y * (y**2 - fourth[i] / second[i]) / second[i] ** 2,
        "k2": lambda y, i: y * (y**2 - 3 * second[i]),
    }
    return mean_over_samples(
        weights, x, lambda b, i, j: phis[name](y[i, b], i) * slope[i, b] * x[b, j]
    )


# -- the dynamics of Krotov and Hopfield -------------------------------------------------------


def naive_krotov_hopfield_dynamic(weights, x, p, inhibition, level, delta, radius, step, n_step):
    """dw = < g(h) (R^p x - I w) >, h by Euler steps of dh/dt = I - w_inh sum max(h, 0) - h."""
    weights, x = doubles(weights, x)
    powered = np.sign(weights) * np.abs(weights) ** (p - 1)
    currents, g = powered @ x.T, np.zeros((len(weights), len(x)))
    for b in range(len(x)):
        h = [0.0] * len(weights)
        for _ in range(n_step):
            rates = [max(value, 0) for value in h]
            h = [
                h[i] + step * (currents[i, b] - inhibition * (sum(rates) - rates[i]) - h[i])
                for i in range(len(h))
            ]
        g[:, b] = [1 if value >= level else -delta if value >= 0 else 0 for value in h]
    return mean_over_samples(
        weights, x, lambda b, i, j: g[i, b] * (radius**p * x[b, j] - currents[i, b] * weights[i, j])
    )


# -- homeostasis -------------------------------------------------------------------------------


def naive_intrinsic_plasticity(gain, bias, current, mean, rate):
    """a and b after one step of Triesch's rule on the logistic of a u + b."""
    gain, bias, current = doubles(gain, bias, current)
    a, b = gain.copy(), bias.copy()
    for i in range(len(current)):
        of_gain, of_bias = [], []
        for u in current[i]:
            y = 1 / (1 + math.exp(-(gain[i] * u + bias[i])))
            of_gain.append(1 / gain[i] + u - (2 + 1 / mean) * u * y + u * y**2 / mean)
            of_bias.append(1 - (2 + 1 / mean) * y + y**2 / mean)
        a[i] += rate * sum(of_gain) / len(of_gain)
        b[i] += rate * sum(of_bias) / len(of_bias)
    return a, b


def naive_scaling(weights, activities, goal, rate, integral_rate, memory):
    """The weights after each of the batches; nothing but scaling moves them."""
    w, mean, missing, path = np.array(weights, np.float64), None, 0.0, []
    for activity in activities:
        now = activity.astype(float).mean(axis=1)
        mean = now if mean is None else memory * mean + (1 - memory) * now
        missing = missing + goal - mean
        factor = 1 + rate * (goal - mean) + integral_rate * missing
        w = w * np.maximum(factor, 0)[:, np.newaxis]
        path.append(w)
    return path
