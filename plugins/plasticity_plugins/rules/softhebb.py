"""Soft competition: every neuron learns, each by its share of the sample."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Rule, Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar


def _add_shares(current: Array, temperature: Scalar, modulation: Array, decay: Array) -> None:
    n_neuron, n_sample = current.shape
    for b in range(n_sample):
        largest = current[0, b]
        for i in range(1, n_neuron):
            largest = max(largest, current[i, b])
        total = largest * 0
        for i in range(n_neuron):
            total += np.exp((current[i, b] - largest) / temperature)
        for i in range(n_neuron):
            share = np.exp((current[i, b] - largest) / temperature) / total
            modulation[i, b] += share
            decay[i] += share * current[i, b] / n_sample


@component(source="moraitis2022softhebb", label="softhebb")
class SoftHebb(Rule):
    """Hebbian learning in proportion to the share of a neuron in a sample.

        p_ib  = exp(u_ib / T) / sum_k exp(u_kb / T)
        dw_ij = < p_ib (x_bj - u_ib w_ij) >

    p is a pure number, of sum 1 over the neurons; it is computed here from the current, whatever
    the activation of the layer. The weights of a neuron that learns converge to unit length.

    Source: Moraitis et al., Neuromorphic Computing and Engineering 2 (2022) 044017. Their biases
    (log-priors) are left out, which makes all neurons equally likely beforehand. The paper follows
    single samples; we take the mean of a batch.
    """

    temperature: float = setting(
        default=1.0,
        above=0,
        doc="T, how soft the competition is; 1 / T is the logarithm of the paper's base",
        because="at 0 a single neuron would win, as with `competitive`",
    )

    share = Variable(("neuron", "sample"), intent="scratch", description="share p of a neuron")

    kernels = (Kernel("modulate", _add_shares, parameters=lambda self, batch: (self.temperature,)),)

    @hookimpl
    def modulate(self, current: Array, modulation: Array, decay: Array) -> None:
        # The largest is taken off first, so that no power overflows.
        np.subtract(current, current.max(axis=0), out=self.share)
        self.share /= self.temperature
        np.exp(self.share, out=self.share)
        self.share /= self.share.sum(axis=0)
        modulation += self.share
        self.share *= current
        decay += self.share.mean(axis=1)
