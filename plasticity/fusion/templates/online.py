"""Steps of a layer on one sample each.

There is nothing to share between threads and nothing for a matrix product: a neuron's current,
threshold, rule and update follow each other while its weights are in the nearest cache, and Python
is not touched between two steps.
"""

from typing import Any

from numba import njit

import plasticity.kernels.cache
from plasticity.fusion.templates.arrays import Inputs, Neurons, Synapses
from plasticity.fusion.templates.minibatch import (  # what is put in for a layer has these forms
    activate,
    coefficients,
    compete,
    constrain,
    couple,
    differentiate,
    draw,
    effective_of,
    estimate,
    gather,
    learn,
    load,
    look,
    prepare,
    rate,
    rules,
    shape,
    store,
)

COPIES = GATHERS = DRAWS = CONSTANT = EFFECTIVE = COUPLES = TOGETHER = SLOPE = ESTIMATES = False
DECAYS = COMPETES = RULES = PEAK = ROWS = STILL = SCHEDULED = COEFFICIENTS = False


@njit(error_model="numpy")
def observe(y: Any, zero: Any) -> Any:
    """Return what the threshold follows."""
    return ()


@njit(error_model="numpy", fastmath={"reassoc", "contract"})
def dot(weights: Any, i: Any, x: Any, r: Any) -> Any:
    """Return the sum of w_ij x_rj over the inputs."""
    total = weights.dtype.type(0)
    for j in range(weights.shape[1]):
        total += weights[i, j] * x[r, j]
    return total


@plasticity.kernels.cache.njit(nogil=True, error_model="numpy", fastmath={"contract"})
def kernel(
    n_step: Any,
    step: Any,
    start: Any,
    count: Any,
    rate_factor: Any,
    clock: Any,
    parts: Any,
    arrays: Any,
    states: Any,
    numbers: Any,
) -> None:
    """Do `n_step` steps, the first of them number `step`; see `minibatch` for the arguments."""
    drawn, seen, moved = arrays
    data, neurons, synapses = Inputs(*drawn), Neurons(*seen), Synapses(*moved)
    weights, effective = synapses.weights, synapses.effective
    current, activity, threshold = neurons.current, neurons.activity, neurons.threshold
    n_neuron, n_input = weights.shape
    epoch, n_step_in_all, n_epoch = clock
    zero = current.dtype.type(0)
    theta, slope, r, last = zero, zero, 0, n_step - 1
    inputs = data.x if COPIES else data.samples
    used = effective if EFFECTIVE else weights
    for t in range(n_step):
        now = step + t
        if COPIES:
            if GATHERS:
                gather(inputs, 0, data.samples, data.order[start + t], data.scale)
            if DRAWS:
                draw(inputs[0, : n_input - 1] if CONSTANT else inputs[0], now, 0, numbers)
        else:
            r = data.order[start + t]
        if SCHEDULED:
            factor = zero + rate(now, epoch, n_step_in_all, n_epoch, numbers)
        else:
            factor = rate_factor
        further = prepare(factor, count + t, numbers)
        if COEFFICIENTS:
            further = coefficients(now, epoch, n_step_in_all, n_epoch, numbers) + further
        own = numbers + further
        if COUPLES:
            for i in range(n_neuron):
                current[i, 0] = dot(used, i, inputs, r)
            couple(0, 1, neurons, own)
        for i in range(n_neuron):
            u = current[i, 0] if COUPLES else dot(used, i, inputs, r)
            y = activity[i, 0] if TOGETHER else activate(u, own)
            if COUPLES or COMPETES or t == last:
                current[i, 0] = u
                activity[i, 0] = y
            if SLOPE:
                neurons.slope[i, 0] = differentiate(u, y, own)
                slope = neurons.slope[i, 0]
            if ESTIMATES:
                followed = observe(y, zero)
                # With a constant in each branch: measured, 8 % of a small step.
                if now == 0:
                    theta = estimate(threshold[i], followed, True, i, states, own)
                else:
                    theta = estimate(threshold[i], followed, False, i, states, own)
                threshold[i] = theta
            phi, d = rules(zero, zero, u, y, theta, slope, look(i, states), own)
            if COMPETES or PEAK:
                neurons.modulation[i, 0] = phi
                neurons.decay[i] = d
                neurons.decays[0, i] = zero
            else:
                for j in range(n_input):
                    w = weights[i, j]
                    dw = phi * inputs[r, j]
                    if DECAYS:
                        dw -= d * w
                    w, kept = learn(w, dw, zero, load(i, j, states), own)
                    store(i, j, states, kept)
                    weights[i, j] = w
                    if EFFECTIVE and not ROWS:
                        effective[i, j] = effective_of(w, own)
                if ROWS:
                    constrain(weights[i], i, states, own)
                    if EFFECTIVE:
                        for j in range(n_input):
                            effective[i, j] = effective_of(weights[i, j], own)
        if COMPETES:
            compete(0, 1, 0, neurons, states, own)
        if COMPETES or PEAK:
            learn_together(inputs, r, neurons, synapses, states, own)
    if not COPIES:
        for j in range(n_input):
            data.x[0, j] = data.samples[r, j]


@njit(error_model="numpy", fastmath={"contract"})
def learn_together(
    inputs: Any, r: Any, neurons: Any, synapses: Any, states: Any, numbers: Any
) -> None:
    """Move the weights where other neurons have a say in it."""
    weights, effective, update = synapses.weights, synapses.effective, synapses.update
    n_neuron, n_input = weights.shape
    zero = neurons.current.dtype.type(0)
    largest = zero
    if PEAK:
        for i in range(n_neuron):
            phi, d = neurons.modulation[i, 0], neurons.decay[i] + neurons.decays[0, i]
            if COMPETES and not RULES and STILL and phi == zero and d == zero:
                continue
            for j in range(n_input):
                w = weights[i, j]
                dw = phi * inputs[r, j]
                if DECAYS or COMPETES:
                    dw -= d * w
                dw = shape(dw, w, numbers)
                update[i, j] = dw
                # A NaN is never smaller than what was found, and once found it stays.
                size = abs(dw)
                if size > largest or size != size:
                    largest = size
        synapses.peak[0] = largest
    for i in range(n_neuron):
        phi, d = neurons.modulation[i, 0], neurons.decay[i] + neurons.decays[0, i]
        if COMPETES and not RULES and STILL and phi == zero and d == zero:
            continue
        for j in range(n_input):
            w = weights[i, j]
            if PEAK:
                dw = update[i, j]
            else:
                dw = phi * inputs[r, j]
                if DECAYS or COMPETES:
                    dw -= d * w
            w, kept = learn(w, dw, largest, load(i, j, states), numbers)
            store(i, j, states, kept)
            weights[i, j] = w
            if EFFECTIVE and not ROWS:
                effective[i, j] = effective_of(w, numbers)
        if ROWS:
            constrain(weights[i], i, states, numbers)
            if EFFECTIVE:
                for j in range(n_input):
                    effective[i, j] = effective_of(weights[i, j], numbers)
