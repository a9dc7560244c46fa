"""The arrays of a layer as a compiled step gets them; None stands for one that it does not use."""

from typing import Any, NamedTuple


class Inputs(NamedTuple):
    """What samples are written into, and the data of which they are drawn."""

    x: Any  # (sample, input)
    samples: Any = None  # (sample of the data, input)
    order: Any = None  # (sample of the data,)  in which they are drawn
    scale: Any = None  # factor on the samples


class Neurons(NamedTuple):
    """What neurons see, and what they add to the update."""

    x: Any  # (sample, input)
    current: Any  # (neuron, sample)
    activity: Any  # (neuron, sample)
    slope: Any = None  # (neuron, sample)
    threshold: Any = None  # (neuron,)
    modulation: Any = None  # (neuron, sample)  phi
    bits: Any = None  # (neuron, sample)  the same memory as integers
    decay: Any = None  # (neuron,)  d
    decays: Any = None  # (part, neuron)  d that each part of the samples adds
    touched: Any = None  # (neuron,)  whether there is an update


class Synapses(NamedTuple):
    """Weights and updates.

    A step reads and writes them by [neuron, input] and goes through them neuron by neuron, which is
    their order in memory.
    """

    weights: Any  # (neuron, input)
    effective: Any = None  # (neuron, input)  weights as the current sees them
    update: Any = None  # (neuron, input)
    bits: Any = None  # (neuron, input)  the same memory as integers
    magnitude: Any = None  # the largest of these: all bits but that of the sign
    peak: Any = None  # (1,)  largest |dW|
    peaks: Any = None  # (part,)  that of each part of the neurons
    peak_bits: Any = None  # (part,)
