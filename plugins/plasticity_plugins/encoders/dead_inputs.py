"""Inputs that never say anything."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from plasticity import Kernel, Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import exact


@exact
def silenced(x: Array, step: Scalar, sample: Scalar, alive: Array) -> None:
    """Set the dead inputs of x (input,) to 0."""
    for j in range(len(x)):
        if alive[j] == 0:
            x[j] = 0


@component
class DeadInputs:
    """A share of the inputs, chosen once, that is always 0.

        x_bj <- 0      for round(fraction D) of the D inputs

    Which, follows from `seed` alone. Metrics see the inputs with it.
    """

    fraction: float = setting(default=0.1, low=0, high=1, doc="share of the inputs")
    seed: int = setting(default=0, low=0, doc="of the choice of inputs")

    alive = Variable(("input",), dtype="int8", description="0 where an input is dead, else 1")

    once: ClassVar[bool] = True

    kernels = (Kernel("encode", silenced, arrays=("alive",)),)

    @hookimpl
    def init_state(self) -> None:
        n_input = len(self.alive)
        dead = np.random.default_rng(self.seed).permutation(n_input)
        self.alive[...] = 1
        self.alive[dead[: round(self.fraction * n_input)]] = 0
