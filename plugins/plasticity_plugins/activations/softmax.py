"""Competition of all neurons of a layer for one unit of activity."""

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel


def _compete(current: Array, temperature: Scalar, activity: Array) -> None:
    n_neuron, n_sample = current.shape
    largest = np.empty(n_sample, current.dtype)
    total = np.zeros(n_sample, current.dtype)
    largest[:] = current[0]
    for i in range(1, n_neuron):
        for b in range(n_sample):
            largest[b] = max(largest[b], current[i, b])
    for i in range(n_neuron):
        for b in range(n_sample):
            activity[i, b] = np.exp((current[i, b] - largest[b]) / temperature)
            total[b] += activity[i, b]
    for i in range(n_neuron):
        for b in range(n_sample):
            activity[i, b] /= total[b]


def _slope(u: Scalar, y: Scalar, temperature: Scalar) -> Scalar:
    return y * (np.float32(1) - y) / temperature


@component(source="bridle1990training")
class Softmax:
    """Softmax over the neurons of a layer: their activities on a sample sum to 1.

        y_i = exp(u_i / T) / sum_k exp(u_k / T)
        sigma'(u_i) = dy_i / du_i = y_i (1 - y_i) / T

    The lower the temperature T, the more the neuron with the largest current takes. The slope is
    the effect of a neuron's own current; that of another one, dy_i / du_k = -y_i y_k / T, is left
    out, since a rule asks for one number a neuron. No current overflows: the largest of a sample is
    taken off all of them first.

    Source: Bridle, NIPS 1989.
    """

    temperature: float = setting(
        default=1.0,
        above=0,
        doc="temperature T, in units of the current",
        because="at 0 the winner takes all, and there is no slope",
    )

    kernels = (
        *kernel("activate", _compete, "temperature", together=True),
        *kernel("differentiate", _slope, "temperature"),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.subtract(current, np.max(current, axis=0), out=activity)
        activity /= self.temperature
        np.exp(activity, out=activity)
        activity /= np.sum(activity, axis=0)
        return activity
