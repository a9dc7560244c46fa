"""Steps of a layer on minibatches.

Neurons and samples are cut into fixed numbers of parts. A thread takes a part through as many
stages as it can, some neurons at a time while they are in its cache; a stage that needs all neurons
of a sample (lateral connections, competition) or all weights (the largest update) ends the region.
The cut does not depend on the number of threads or of cores, and sums run in a fixed order, so
neither changes a bit.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

import plasticity.kernels.cache
from plasticity.fusion.templates.arrays import Inputs, Neurons, Synapses
from plasticity.kernels.cache import inner_njit
from plasticity.kernels.parts import in_parts

# What is put in for a layer: flags, and functions of its components. `numbers` holds what these
# take beside arrays, `states` their own arrays.
GATHERS = DRAWS = CONSTANT = EFFECTIVE = COUPLES = TOGETHER = SLOPE = ESTIMATES = RULES = False
DECAYS = COMPETES = PEAK = ROWS = STILL = SCHEDULED = COEFFICIENTS = False

# The stages of a step that begin where all neurons have come through the one before.
RESPOND, ADAPT, ACCUMULATE, APPLY = range(4)

# Sums over the samples of a neuron only read, so they may run in vectors: with nothing stored, no
# check of overlap decides at run time between two orders, so the order is fixed.
IN_VECTORS = {"reassoc", "contract"}


@njit(error_model="numpy")
def draw(sample: Any, now: Any, b: Any, numbers: Any) -> None:
    """Draw or change sample b of the batch."""


@njit(error_model="numpy")
def effective_of(w: Any, numbers: Any) -> Any:
    """Return the weight as the current sees it."""
    return w


@njit(error_model="numpy")
def couple(first: Any, last: Any, neurons: Any, numbers: Any) -> None:
    """Change current and activity of some samples, of all neurons together."""


@njit(error_model="numpy")
def activate(u: Any, numbers: Any) -> Any:
    """Return the activity."""
    return u


@njit(error_model="numpy")
def differentiate(u: Any, y: Any, numbers: Any) -> Any:
    """Return the slope of the activation."""
    return u


@njit(error_model="numpy")
def means(activity: Any, i: Any, share: Any) -> Any:
    """Return what the threshold follows, as means over the samples."""
    return ()


@njit(error_model="numpy")
def estimate(theta: Any, means: Any, first: Any, i: Any, states: Any, numbers: Any) -> Any:
    """Return the threshold."""
    return theta


@njit(error_model="numpy")
def look(i: Any, states: Any) -> Any:
    """Return what rules see of neuron i beside the arguments of `rules`."""
    return ()


@njit(error_model="numpy")
def rules(phi: Any, d: Any, u: Any, y: Any, theta: Any, slope: Any, seen: Any, numbers: Any) -> Any:
    """Return phi and d with what the rules add."""
    return phi, d


@njit(error_model="numpy")
def compete(first: Any, last: Any, part: Any, neurons: Any, states: Any, numbers: Any) -> None:
    """Add to the modulation of some samples, and to the decays, of all neurons together."""


@njit(error_model="numpy")
def shape(dw: Any, w: Any, numbers: Any) -> Any:
    """Return the update as transforms leave it that come before its largest value is needed."""
    return dw


@njit(error_model="numpy")
def load(i: Any, j: Any, states: Any) -> Any:
    """Return what components keep of weight ij. So the loop holds no reference to their arrays."""
    return ()


@njit(error_model="numpy")
def learn(w: Any, dw: Any, peak: Any, kept: Any, numbers: Any) -> Any:
    """Return the weight after the update, and what components keep of it."""
    return w + dw, kept


@njit(error_model="numpy")
def store(i: Any, j: Any, states: Any, kept: Any) -> None:
    """Write what components keep of weight ij."""


@njit(error_model="numpy")
def constrain(weights: Any, i: Any, states: Any, numbers: Any) -> None:
    """Constrain the weights of neuron i."""


@njit(error_model="numpy")
def rate(step: Any, epoch: Any, n_step: Any, n_epoch: Any, numbers: Any) -> Any:
    """Return the factor on the learning rate."""
    return 1.0


@njit(error_model="numpy")
def coefficients(step: Any, epoch: Any, n_step: Any, n_epoch: Any, numbers: Any) -> Any:
    """Return the coefficients of the rules that follow a schedule."""
    return ()


@njit(error_model="numpy")
def prepare(rate_factor: Any, count: Any, numbers: Any) -> Any:
    """Return the numbers that `learn` takes after all others."""
    return (rate_factor,)


@plasticity.kernels.cache.njit(nogil=True, error_model="numpy")
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
    """Do `n_step` steps, the first of them number `step`.

    start    place of its first sample in the order
    count    number of its update, from 1
    clock    epoch, steps in all, epochs in all
    parts    whether threads share them; how many of the neurons, and of the samples; neurons of one
             that go through a stage at a time
    arrays   `Inputs`, `Neurons` and `Synapses` as plain tuples, which are handed over in half the
             time
    """
    drawn, seen, moved = arrays
    inputs, neurons, synapses = Inputs(*drawn), Neurons(*seen), Synapses(*moved)
    n_neuron, n_sample = neurons.current.shape
    zero = neurons.current.dtype.type(0)
    threads, of_neurons, of_samples, n_row = parts
    epoch, n_step_in_all, n_epoch = clock
    for t in range(n_step):
        now = step + t
        if SCHEDULED:
            factor = zero + rate(now, epoch, n_step_in_all, n_epoch, numbers)
        else:
            factor = rate_factor
        further = prepare(factor, count + t, numbers)
        if COEFFICIENTS:
            further = coefficients(now, epoch, n_step_in_all, n_epoch, numbers) + further
        own = numbers + further
        if GATHERS or DRAWS:
            drawing = (now, start + t * n_sample, inputs, own)
            in_parts(threads, n_sample, of_samples, draw_samples, drawing)
        given = (now, n_row, neurons, synapses, states, own)
        in_parts(threads, n_neuron, of_neurons, pass_neurons, (RESPOND, *given))
        if COUPLES:
            in_parts(threads, n_sample, of_samples, couple_neurons, (neurons, own))
            in_parts(threads, n_neuron, of_neurons, pass_neurons, (ADAPT, *given))
        if COMPETES:
            in_parts(threads, n_sample, of_samples, compete_neurons, (neurons, states, own))
            in_parts(threads, n_neuron, of_neurons, pass_neurons, (ACCUMULATE, *given))
        if PEAK:
            largest = 0
            for part in range(of_neurons):
                if synapses.peak_bits[part] > synapses.peak_bits[largest]:
                    largest = part
            synapses.peak[0] = synapses.peaks[largest]
            in_parts(threads, n_neuron, of_neurons, pass_neurons, (APPLY, *given))


@inner_njit()
def draw_samples(
    low: Any, high: Any, part: Any, now: Any, start: Any, inputs: Any, numbers: Any
) -> None:
    """Write samples into x."""
    x = inputs.x
    for b in range(low, high):
        if GATHERS:
            gather(x, b, inputs.samples, inputs.order[start + b], inputs.scale)
        if DRAWS:
            draw(x[b, : x.shape[1] - 1] if CONSTANT else x[b], now, b, numbers)


@njit(error_model="numpy", inline="always")
def gather(x: Any, b: Any, samples: Any, r: Any, scale: Any) -> None:
    """Write sample r of the data into sample b of the batch."""
    for j in range(samples.shape[1]):
        x[b, j] = x.dtype.type(samples[r, j]) * scale


@inner_njit()
def couple_neurons(low: Any, high: Any, part: Any, neurons: Any, numbers: Any) -> None:
    """Let lateral connections, and an activation of all neurons, change the activity."""
    couple(low, high, neurons, numbers)


@inner_njit()
def compete_neurons(
    low: Any, high: Any, part: Any, neurons: Any, states: Any, numbers: Any
) -> None:
    """Let neurons compete for samples."""
    compete(low, high, part, neurons, states, numbers)
    # A part holds the mean over its own samples; the mean over all weighs it by their number.
    number = neurons.current.dtype.type
    own = number(high - low) * (number(1) / number(neurons.current.shape[1]))
    for i in range(neurons.decays.shape[1]):
        neurons.decays[part, i] *= own


@inner_njit()
def pass_neurons(
    low: Any,
    high: Any,
    part: Any,
    stage: Any,
    now: Any,
    n_row: Any,
    neurons: Any,
    synapses: Any,
    states: Any,
    numbers: Any,
) -> None:
    """Take some neurons at a time from a stage on until one that needs all others."""
    for k in range(low, high, n_row):
        end = min(k + n_row, high)
        if stage == RESPOND:
            weights = synapses.effective if EFFECTIVE else synapses.weights
            np.dot(weights[k:end], neurons.x.T, neurons.current[k:end])
            if COUPLES:
                continue
        if stage <= ADAPT:
            adapt_rows(k, end, now, neurons, states, numbers)
            if COMPETES:
                continue
        if stage <= ACCUMULATE:
            accumulate_rows(k, end, neurons, synapses)
            if PEAK:
                shape_rows(k, end, part, k == low, neurons, synapses, numbers)
                continue
        apply_rows(k, end, neurons, synapses, states, numbers)


@njit(error_model="numpy", inline="always")
def adapt_rows(low: Any, high: Any, now: Any, neurons: Any, states: Any, numbers: Any) -> None:
    """Compute activity, threshold and modulation of some neurons."""
    current, activity, modulation = neurons.current, neurons.activity, neurons.modulation
    slopes = neurons.slope
    number = current.dtype.type
    n_sample = current.shape[1]
    zero, share = number(0), number(1) / number(n_sample)
    theta = zero
    for i in range(low, high):
        for b in range(n_sample):
            u = current[i, b]
            y = activity[i, b] if TOGETHER else activate(u, numbers)
            activity[i, b] = y
            if SLOPE:
                slopes[i, b] = differentiate(u, y, numbers)
        if ESTIMATES:
            followed = means(activity, i, share)
            theta = estimate(neurons.threshold[i], followed, now == 0, i, states, numbers)
            neurons.threshold[i] = theta
        seen = look(i, states)
        if RULES:
            for b in range(n_sample):
                slope = slopes[i, b] if SLOPE else zero
                u, y = current[i, b], activity[i, b]
                phi, _ = rules(zero, zero, u, y, theta, slope, seen, numbers)
                modulation[i, b] = phi
        elif COMPETES:
            modulation[i, :] = zero
        if DECAYS:
            neurons.decay[i] = faded(theta, i, current, activity, slopes, seen, numbers) * share
        if COMPETES:
            neurons.decays[:, i] = zero


@inner_njit(fastmath=IN_VECTORS)
def faded(
    theta: Any, i: Any, current: Any, activity: Any, slopes: Any, seen: Any, numbers: Any
) -> Any:
    """Return the sum of d over the samples."""
    zero = current.dtype.type(0)
    d = zero
    for b in range(current.shape[1]):
        slope = slopes[i, b] if SLOPE else zero
        _, d = rules(zero, d, current[i, b], activity[i, b], theta, slope, seen, numbers)
    return d


def total_of(function: Callable[..., Any]) -> Any:
    """Return a function that sums up a function of the activity over the samples of neuron i."""

    @inner_njit(fastmath=IN_VECTORS)
    def total(activity: Any, i: Any) -> Any:
        found = activity.dtype.type(0)
        for b in range(activity.shape[1]):
            found += function(activity[i, b])
        return found

    return total


@njit(error_model="numpy", inline="always")
def accumulate_rows(low: Any, high: Any, neurons: Any, synapses: Any) -> None:
    """Compute the update of some neurons."""
    if COMPETES and not RULES:
        accumulate_winners(low, high, neurons, synapses)
    else:
        np.dot(neurons.modulation[low:high], neurons.x, synapses.update[low:high])


@njit(error_model="numpy", inline="always")
def accumulate_winners(low: Any, high: Any, neurons: Any, synapses: Any) -> None:
    """Compute the update of neurons of which most win no sample, whose phi is then zero.

    The bits of phi are looked at many at a time.
    """
    x, update, modulation, touched = neurons.x, synapses.update, neurons.modulation, neurons.touched
    bits, n_sample, n_input = neurons.bits, len(x), x.shape[1]
    zero = modulation.dtype.type(0)
    for i in range(low, high):
        touched[i] = False
        found = synapses.magnitude & 0
        for b in range(n_sample):
            found |= bits[i, b]
        for b in range(n_sample if found else 0):
            phi = modulation[i, b]
            if phi == zero:
                continue
            if touched[i]:
                for j in range(n_input):
                    update[i, j] += phi * x[b, j]
            else:
                touched[i] = True
                for j in range(n_input):
                    update[i, j] = phi * x[b, j]
        # Nobody reads the update of a neuron that is not touched where the weights then stay.
        if not STILL and not touched[i]:
            update[i, :] = zero


@njit(error_model="numpy", inline="always")
def decay_of(i: Any, neurons: Any, synapses: Any) -> Any:
    """Return d of a neuron, of all rules and samples."""
    zero = neurons.current.dtype.type(0)
    d = neurons.decay[i] if DECAYS else zero
    if COMPETES:
        for part in range(len(neurons.decays)):
            d += neurons.decays[part, i]
        # A rule may let the weights of a neuron fade on which it adds no phi.
        if not RULES and d != zero and not neurons.touched[i]:
            neurons.touched[i] = True
            synapses.update[i, :] = zero
    return d


@njit(error_model="numpy", inline="always")
def shape_rows(
    low: Any, high: Any, part: Any, begins: Any, neurons: Any, synapses: Any, numbers: Any
) -> None:
    """Write the updates of some neurons, and note the largest.

    By the bits of the numbers: their order is that of the values, a NaN above all, and a maximum of
    whole numbers is taken of many at a time.
    """
    weights, update, bits = synapses.weights, synapses.update, synapses.bits
    number = weights.dtype.type
    share, magnitude = number(1) / number(len(neurons.x)), synapses.magnitude
    top = magnitude & 0 if begins else synapses.peak_bits[part]
    for i in range(low, high):
        d = decay_of(i, neurons, synapses)
        if COMPETES and not RULES and STILL and not neurons.touched[i]:
            continue
        for j in range(weights.shape[1]):
            w = weights[i, j]
            dw = update[i, j] * share
            if DECAYS or COMPETES:
                dw -= d * w
            update[i, j] = shape(dw, w, numbers)
        for j in range(weights.shape[1]):
            top = max(top, bits[i, j] & magnitude)
    synapses.peak_bits[part] = top


@njit(error_model="numpy", inline="always")
def apply_rows(low: Any, high: Any, neurons: Any, synapses: Any, states: Any, numbers: Any) -> None:
    """Move the weights of some neurons, by a dW formed here unless its peak had to be known."""
    weights, update, effective = synapses.weights, synapses.update, synapses.effective
    number = weights.dtype.type
    share = number(1) / number(len(neurons.x))
    peak = synapses.peak[0] if PEAK else number(0)
    for i in range(low, high):
        d = number(0) if PEAK else decay_of(i, neurons, synapses)
        if COMPETES and not RULES and STILL and not neurons.touched[i]:
            continue
        for j in range(weights.shape[1]):
            w = weights[i, j]
            if PEAK:
                dw = update[i, j]
            else:
                dw = update[i, j] * share
                if DECAYS or COMPETES:
                    dw -= d * w
            w, kept = learn(w, dw, peak, load(i, j, states), numbers)
            store(i, j, states, kept)
            weights[i, j] = w
            if EFFECTIVE and not ROWS:
                effective[i, j] = effective_of(w, numbers)
        if ROWS:
            constrain(weights[i], i, states, numbers)
            if EFFECTIVE:
                for j in range(weights.shape[1]):
                    effective[i, j] = effective_of(weights[i, j], numbers)
