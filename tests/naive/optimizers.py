"""Slow, obvious twins of the optimizers: one number at a time, in float64, by their papers.

Papers minimize, so g = -dW, and theta <- theta - ... as they write it.
"""

import math

import numpy as np


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


def _path(weights, updates, rates, step):
    """The weights after each update; `step(theta, g, rate, t, state)` gives the next theta."""
    theta = np.array(weights, np.float64)
    states = {place: {} for place in np.ndindex(theta.shape)}
    path = []
    for t, (update, rate) in enumerate(zip(updates, rates, strict=True), start=1):
        for place, state in states.items():
            g = -float(update[place])
            theta[place] = step(float(theta[place]), g, float(rate), t, state)
        path.append(theta.copy())
    return path


def naive_nesterov(weights, updates, rates, momentum=0.9):
    """W_t = Theta_t + momentum V_t, with V_t = momentum V_(t-1) + rate dW, Theta_t = sum of V."""

    def step(theta, g, rate, t, state):
        if t == 1:
            state["theta"], state["v"] = theta, 0.0
        state["v"] = momentum * state["v"] - rate * g
        state["theta"] += state["v"]
        return state["theta"] + momentum * state["v"]

    return _path(weights, updates, rates, step)


def naive_adagrad(weights, updates, rates, epsilon=1e-10):
    """Duchi et al. (2011): the rate over the root of the sum of all g^2."""

    def step(theta, g, rate, t, state):
        state["g2"] = state.get("g2", 0.0) + g**2
        return theta - rate * g / (math.sqrt(state["g2"]) + epsilon)

    return _path(weights, updates, rates, step)


def naive_rmsprop(weights, updates, rates, memory=0.9, epsilon=1e-8):
    """Tieleman & Hinton (2012): MeanSquare <- 0.9 MeanSquare + 0.1 g^2, g over its root."""

    def step(theta, g, rate, t, state):
        state["ms"] = memory * state.get("ms", 0.0) + (1 - memory) * g**2
        return theta - rate * g / (math.sqrt(state["ms"]) + epsilon)

    return _path(weights, updates, rates, step)


def naive_adadelta(weights, updates, rates, memory=0.95, epsilon=1e-6):
    """Algorithm 1 of Zeiler (2012), with a rate on the step."""

    def step(x, g, rate, t, state):
        state["g2"] = memory * state.get("g2", 0.0) + (1 - memory) * g**2
        rms_dx = math.sqrt(state.get("dx2", 0.0) + epsilon)
        rms_g = math.sqrt(state["g2"] + epsilon)
        dx = -rms_dx / rms_g * g
        state["dx2"] = memory * state.get("dx2", 0.0) + (1 - memory) * dx**2
        return x + rate * dx

    return _path(weights, updates, rates, step)


def naive_adamax(weights, updates, rates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Algorithm 2 of Kingma & Ba (2015), with epsilon added to |g|."""

    def step(theta, g, alpha, t, state):
        state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
        state["u"] = max(beta2 * state.get("u", 0.0), abs(g) + epsilon)
        return theta - (alpha / (1 - beta1**t)) * state["m"] / state["u"]

    return _path(weights, updates, rates, step)


def naive_adamw(
    weights, updates, rates, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01, alpha=1.0
):
    """Algorithm 2 of Loshchilov & Hutter (2019): eta_t = rates, lambda = alpha weight_decay."""
    lambda_ = alpha * weight_decay

    def step(theta, g, eta, t, state):
        state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
        state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
        m_hat, v_hat = state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)
        return theta - eta * (alpha * m_hat / (math.sqrt(v_hat) + epsilon) + lambda_ * theta)

    return _path(weights, updates, rates, step)


def naive_lion(weights, updates, rates, beta1=0.9, beta2=0.99, weight_decay=0.0):
    """Algorithm 2 of Chen et al. (2023)."""

    def step(theta, g, eta, t, state):
        m = state.get("m", 0.0)
        c = beta1 * m + (1 - beta1) * g
        state["m"] = beta2 * m + (1 - beta2) * g
        sign = (c > 0) - (c < 0)
        return theta - eta * (sign + weight_decay * theta)

    return _path(weights, updates, rates, step)
