"""Weights that are all the same."""

from __future__ import annotations

import math

from plasticity import component, hookimpl, setting
from plasticity.typing import Array


@component
class Constant:
    """All weights have one value.

        w_ij = value

    Neurons that start alike stay alike, unless something tells them apart: random numbers, or
    lateral connections that differ from neuron to neuron.
    """

    value: float = setting(
        default=0.1, above=-math.inf, below=math.inf, doc="value of every weight"
    )

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(self.value)


@component
class Zeros:
    """All weights are 0.

        w_ij = 0

    A rule whose phi is 0 where the activity is 0, as Hebb's, never leaves them.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(0)


@component
class Ones:
    """All weights are 1.

    w_ij = 1
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        weights.fill(1)
