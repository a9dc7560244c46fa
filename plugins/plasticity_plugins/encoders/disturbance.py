"""Inputs that are noisy, dead or never silent."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from plasticity import Variable, component, draws_of, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import KINDS, KeyedByEpoch, exact, kind_of, noise_draw
from plasticity_plugins.kernels import kernel


@exact
def noisy(x, step, sample, key, kind, std, proportional):  # type: ignore[no-untyped-def]  # compiled
    """Add noise to x (input,)."""
    draws = draws_of(key[0], step, sample)
    for j in range(len(x)):
        z = std * noise_draw(draws, j, kind)
        x[j] += z * x[j] if proportional else z


@component
class AddNoise(KeyedByEpoch):
    """Independent noise on every input of every sample.

        x_bj <- x_bj + std z_bj               z normal, uniform or Laplace, mean 0 and variance 1
        x_bj <- x_bj + std z_bj x_bj          with `proportional`

    Metrics see the inputs without it.
    """

    std: float = setting(default=0.1, low=0, doc="standard deviation of the noise")
    kind: str = setting(default="normal", choices=KINDS, doc="distribution of the noise")
    proportional: bool = setting(default=False, doc="whether a large input has much noise")

    kernels = kernel("encode", noisy, kind_of, "std", "proportional", arrays=("key",))


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

    kernels = kernel("encode", silenced, arrays=("alive",))

    @hookimpl
    def init_state(self) -> None:
        n_input = len(self.alive)
        dead = np.random.default_rng(self.seed).permutation(n_input)
        self.alive[...] = 1
        self.alive[dead[: round(self.fraction * n_input)]] = 0


@exact
def raised(x: Array, step: Scalar, sample: Scalar, level: Scalar) -> None:
    """Add the level to x (input,)."""
    for j in range(len(x)):
        x[j] += level


@component
class SpontaneousActivity:
    """A level of activity that every input has also when nothing is shown.

    x_bj <- x_bj + level

    Metrics see the inputs with it.
    """

    level: float = setting(default=0.1, doc="activity of an input that is shown 0")

    once: ClassVar[bool] = True

    kernels = kernel("encode", raised, "level")
