"""Lateral connections of one strength between all neurons of a layer."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins import bibliography


def _solve(current, s):  # type: ignore[no-untyped-def]  # compiled
    n_neuron, n_sample = current.shape
    share = s / (1 - (n_neuron - 1) * s)
    total = np.zeros(n_sample, current.dtype)
    for i in range(n_neuron):
        for b in range(n_sample):
            total[b] += current[i, b]
    for i in range(n_neuron):
        for b in range(n_sample):
            current[i, b] = (current[i, b] + total[b] * share) / (1 + s)


@component(source=bibliography.CASTELLANI_1999)
class UniformLateral:
    """Every neuron acts on every other with the same strength; below 0 it inhibits.

        u <- (1 - L)^-1 u,   L_ij = s for i != j, L_ii = 0

    L is of rank one but for its diagonal, so the inverse is known (Sherman & Morrison). For N
    neurons:

        u_i <- (u_i + s / (1 - (N - 1) s) sum_k u_k) / (1 + s)

    1 - L is singular at s = 1 / (N - 1) and at s = -1, and beyond them its inverse changes sign:
    no network that settles has such responses. A single neuron has no other to act on.

    Raises `SettingError` for a strength at a critical value or beyond, telling the value.

    Source: Castellani et al., Network 10 (1999) 111, y = sigma((1 - L)^-1 W x). We solve on the
    currents, the same result as on the weights.
    """

    strength: float = setting(
        default=0.0,
        above=-1,
        doc="strength s of a lateral connection; below 0 it inhibits",
        because="1 - L is singular at the critical value -1, and its inverse changes sign beyond",
    )

    kernels = (Kernel("shape_current", _solve, parameters=lambda self, batch: (self.strength,)),)

    @hookimpl
    def init_state(self, weights: Array) -> None:
        n_neuron = len(weights)
        # At the critical value itself 1 - (N - 1) s may be rounded to slightly above 0.
        if 1 - (n_neuron - 1) * self.strength <= np.finfo(weights.dtype).eps:
            critical = 1 / (n_neuron - 1)
            raise SettingError(
                f"uniform_lateral: strength must lie in (-1, {critical:.6g}) for a layer of "
                f"{n_neuron} neurons, got {self.strength!r}: 1 - L is singular at the critical "
                f"value 1 / ({n_neuron} - 1), and its inverse changes sign beyond"
            )

    @hookimpl
    def shape_current(self, current: Array) -> None:
        n_neuron, s = len(current), self.strength
        current += np.sum(current, axis=0) * (s / (1 - (n_neuron - 1) * s))
        current /= 1 + s
