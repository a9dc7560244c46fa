"""Lateral connections of one strength between all neurons of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity import Kernel, component, hookimpl, setting
from plasticity.typing import Array
from plasticity_plugins.lateral import papers
from plasticity_plugins.lateral.connected import Connected, Fixed
from plasticity_plugins.lateral.settling import Spectrum


def _solve(current, s):  # type: ignore[no-untyped-def]  # compiled
    n_neuron, n_sample = current.shape
    if n_neuron == 1:
        return
    share = s / (1 - (n_neuron - 1) * s)
    total = np.zeros(n_sample, current.dtype)
    for i in range(n_neuron):
        for b in range(n_sample):
            total[b] += current[i, b]
    for i in range(n_neuron):
        for b in range(n_sample):
            current[i, b] = (current[i, b] + total[b] * share) / (1 + s)


@component(source=papers.CASTELLANI_1999)
class UniformLateral(Fixed):
    """Every neuron acts on every other with the same strength; below 0 it inhibits.

        L_ij = s for i != j, L_ii = 0

    L is of rank one but for its diagonal, so (1 - L)^-1 is known (Sherman & Morrison), and the
    stationary solution costs no matrix multiply. For N neurons:

        u_i <- (u_i + s / (1 - (N - 1) s) sum_k u_k) / (1 + s)

    1 - L is singular at s = 1 / (N - 1) and at s = -1, and beyond them its inverse changes sign:
    no network that settles has such responses. A single neuron has no other to act on.

    >>> current = np.array([[1.0], [1.0], [1.0]])
    >>> UniformLateral(strength=-0.5).shape_current(current)
    >>> current.ravel().tolist()
    [0.5, 0.5, 0.5]
    """

    strength: float = setting(
        default=0.0, doc="strength s of a lateral connection; below 0 it inhibits"
    )

    @property
    def kernels(self) -> tuple[Kernel, ...]:  # type: ignore[override]  # by the solution
        """The part of a compiled step."""
        if self.solution == "relaxed":
            return Connected.kernels
        return (Kernel("shape_current", _solve, parameters=lambda self, batch: (self.strength,)),)

    def pattern(self, n_neuron: int) -> Array:
        """The pattern k (neuron, neuron): 1, and 0 on the diagonal."""
        return 1 - np.eye(n_neuron)

    def spectrum(self, coupling: Array, precision: Any) -> Spectrum:
        """What the eigenvalues tell: (N - 1) s once and -s for the differences of neurons."""
        n_neuron = len(coupling)
        values = self.strength * np.array([n_neuron - 1, -1.0 if n_neuron > 1 else 0.0])
        away = np.abs(1 - values)
        singular = bool(away.min() <= np.finfo(precision).eps * away.max())
        return Spectrum(float(np.abs(values).max()), float(values.max()), singular)

    @hookimpl
    def shape_current(self, current: Array) -> None:
        n_neuron, s = len(current), self.strength
        if self.solution == "relaxed":
            super().shape_current(current)
        elif n_neuron > 1:
            current += np.sum(current, axis=0) * (s / (1 - (n_neuron - 1) * s))
            current /= 1 + s
