"""Activations, one number at a time, as papers and the code of Squadrani et al. write them."""

import math


def naive_logistic(u):
    """1 / (1 + exp(-u))."""
    return 1 / (1 + math.exp(-u)) if u > 0 else math.exp(u) / (1 + math.exp(u))


def naive_loggy(u):
    return 2 * naive_logistic(u) - 1


def naive_elu(u, alpha=1.0):
    return u if u >= 0 else alpha * math.expm1(u)


def naive_selu(u, scale=1.0507009873554805, alpha=1.6732632423543772):
    return scale * naive_elu(u, alpha)


def naive_leaky(u, slope=0.1):
    return u if u > 0 else slope * u


def naive_ramp(u):
    return u * (u > 0) + 0.1 * u


def naive_plse(u):
    if u < -4:
        return 0.01 * (u + 4)
    return 0.01 * (u - 4) + 1 if u > 4 else 0.125 * u + 0.5


def naive_stair(u):
    n = math.floor(u)
    return u - n + n // 2 if n % 2 else float(n // 2)


def naive_hardtan(u):
    if u < -2.5:
        return 0.0
    return 1.0 if u > 2.5 else 0.2 * u + 0.5


def naive_lhtan(u):
    if u < 0:
        return 0.001 * u
    return 0.001 * (u - 1) + 1 if u > 1 else u


def naive_elliot(u, steepness=1.0):
    return 0.5 * steepness * u / (1 + abs(u * steepness)) + 0.5


def naive_symmetric_elliot(u, steepness=1.0):
    return steepness * u / (1 + abs(u * steepness))


def naive_softplus(u):
    return math.log1p(math.exp(u)) if u < 30 else u + math.log1p(math.exp(-u))


def naive_softsign(u):
    return u / (abs(u) + 1)


def naive_asymmetric_logistic(u, lowest=-1.0, highest=50.0):
    limit = lowest if u < 0 else highest
    power = math.exp(-2 * u / limit)
    # 2 / (1 + power) - 1, without its loss of digits near zero
    return -limit * math.expm1(-2 * u / limit) / (1 + power)


def naive_power_relu(u, power=4.5):
    return u**power if u > 0 else 0.0


def naive_threshold_linear(u, firing_threshold):
    return u - firing_threshold if u > firing_threshold else 0.0


def naive_softmax(currents, temperature=1.0):
    """exp(u_i / T) / sum_k exp(u_k / T), for the currents of one sample."""
    powers = [math.exp(u / temperature) for u in currents]
    return [power / sum(powers) for power in powers]
