"""Noise on top of the inputs."""

from __future__ import annotations

from plasticity import Kernel, component, draws_of, setting
from plasticity_plugins.drawn import KINDS, KeyedByEpoch, exact, noise_draw


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

    kernels = (
        Kernel(
            "encode",
            noisy,
            arrays=("key",),
            parameters=lambda self, batch: (KINDS.index(self.kind), self.std, self.proportional),
        ),
    )
