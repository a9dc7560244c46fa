"""Lateral connections between some neurons, chosen at random."""

from __future__ import annotations

import numpy as np

from plasticity import Stream, component, setting
from plasticity.typing import Array
from plasticity_plugins.lateral.connected import Fixed


@component(source="castellani1999solutions")
class RandomSparse(Fixed):
    """Each connection is there with one probability, and independent of all others.

        L_ij = strength (1 + spread z_ij) with probability density, else 0;   L_ii = 0

    z is normal with mean 0 and standard deviation 1. Drawn once, before the first step. Neither
    direction of a pair follows from the other, so the eigenvalues of L may be complex. The matrix
    is kept in full, and a step costs the same at any density.
    """

    density: float = setting(
        default=0.2, low=0, high=1, doc="probability of a connection", because="it is a probability"
    )
    spread: float = setting(
        default=0.0,
        low=0,
        doc="standard deviation of the connections, over the strength",
        because="a standard deviation has no sign",
    )

    rng = Stream()

    def pattern(self, n_neuron: int) -> Array:
        """Return the pattern k (neuron, neuron), 0 on the diagonal."""
        pattern = (self.rng.random((n_neuron, n_neuron)) < self.density).astype(np.float64)
        if self.spread:
            pattern *= 1 + self.spread * self.rng.standard_normal(pattern.shape)
        np.fill_diagonal(pattern, 0)
        return pattern
