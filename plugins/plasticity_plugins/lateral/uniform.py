"""Lateral connections of one strength between all neurons, or none."""

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel
from plasticity_plugins.lateral.connected import Spectrum


def _solve(current: Array, s: Scalar) -> None:
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


@component(source="castellani1999solutions")
class UniformLateral:
    """Every neuron acts on every other with the same strength; below 0 it inhibits.

        u <- (1 - L)^-1 u,   L_ij = s for i != j, L_ii = 0

    L is of rank one but for its diagonal, so the inverse is known (Sherman & Morrison), no matrix
    is kept, and the solution costs no matrix multiply. For N neurons:

        u_i <- (u_i + s / (1 - (N - 1) s) sum_k u_k) / (1 + s)

    1 - L is singular at s = 1 / (N - 1) and at s = -1, and beyond them its inverse changes sign:
    no network that settles has such responses. A single neuron has no other to act on. Before the
    run, the spectral radius of L and the critical strength are told; beyond it there is a warning.

    Raises `SettingError` where 1 - L is singular.

    Source: Castellani et al., Network 10 (1999) 111, y = sigma((1 - L)^-1 W x). We solve on the
    currents, the same result as on the weights.

    >>> current = np.array([[1.0], [1.0], [1.0]])
    >>> UniformLateral(strength=-0.5).shape_current(current)
    >>> current.ravel().tolist()
    [0.5, 0.5, 0.5]
    """

    label: ClassVar[str]  # how messages call it; `component` fills it in
    strength: float = setting(
        default=0.0, doc="strength s of a lateral connection; below 0 it inhibits"
    )

    kernels = kernel("shape_current", _solve, "strength")

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron = len(weights)
        spectrum = self.spectrum(n_neuron, weights.dtype)
        spectrum.check(self.label, self.strength, n_neuron, solved=True, may_grow=False)

    def spectrum(self, n_neuron: int, precision: Any) -> Spectrum:
        """Return the stability, from the eigenvalues (N - 1) s and, for differences, -s."""
        values = self.strength * np.array([n_neuron - 1, -1.0 if n_neuron > 1 else 0.0])
        away = np.abs(1 - values)
        singular = bool(away.min() <= np.finfo(precision).eps * away.max())
        return Spectrum(float(np.abs(values).max()), float(values.max()), singular)

    @hookimpl
    def shape_current(self, current: Array) -> None:
        n_neuron, s = len(current), self.strength
        if n_neuron > 1:
            current += np.sum(current, axis=0) * (s / (1 - (n_neuron - 1) * s))
            current /= 1 + s


def _untouched(current: Array) -> None:
    return None


@component
class Unconnected:
    """No lateral connections: neurons that do not act on each other.

        u <- u

    It takes the place of others where a setting must name one, as in a comparison.
    """

    idle_in: ClassVar = ("shape_current",)
    kernels = kernel("shape_current", _untouched)
