"""Neurons with weights of a given norm."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar


def _scaled(row: Array, norm: Scalar, power: Scalar, at_most: Scalar) -> None:
    largest = np.max(np.abs(row))
    if largest == 0:
        return
    total = row[0] * 0
    for w in row:
        total += (abs(w) / largest) ** power
    size = largest if np.isinf(power) else largest * total ** (1 / power)
    if not size <= norm or not at_most:
        row *= norm / size


@component(source="miller1994role")
class RowNorm:
    """Scales the weights of each neuron to a given p-norm.

        w_i <- norm w_i / |w_i|_p,   |w_i|_p = (sum_j |w_ij|^p)^(1/p)

    With `at_most`, only those of a larger norm. power = inf is the largest absolute weight. A
    neuron whose weights are all 0 keeps them. Acts after each update, so the initial weights may
    have another norm until the first.

    Source: Miller & MacKay, Neural Computation 6 (1994) 100, multiplicative normalization; with
    power = 2 stabilizer 2 ("strict") of the simulator of Blais.
    """

    norm: float = setting(
        default=1.0, above=0, doc="the p-norm of a neuron's weights", because="0 leaves no weights"
    )
    power: float = setting(
        default=2.0, low=1, doc="p of the norm", because="below 1 it is not a norm"
    )
    at_most: bool = setting(default=False, doc="whether smaller norms are left as they are")

    powers = Variable(("neuron", "input"), intent="scratch", description="(|w_ij| / max_j)^p")

    kernels = (
        Kernel(
            "constrain_weights",
            _scaled,
            parameters=lambda self, batch: (self.norm, self.power, self.at_most),
            row=True,
        ),
    )

    @hookimpl
    def constrain_weights(self, weights: Array) -> None:
        norms = self._norms(weights)
        norms[norms == 0] = self.norm
        if self.at_most:
            np.maximum(norms, self.norm, out=norms)
        weights *= (self.norm / norms)[:, np.newaxis]

    def _norms(self, weights: Array) -> Array:
        # Divided by the largest first: |w|^p alone would leave the range of float32.
        np.abs(weights, out=self.powers)
        largest: Array = self.powers.max(axis=1)
        if np.isinf(self.power):
            return largest
        self.powers /= np.where(largest > 0, largest, 1)[:, np.newaxis]
        self.powers **= self.power
        norms: Array = self.powers.sum(axis=1)
        norms **= 1 / self.power
        norms *= largest
        return norms
