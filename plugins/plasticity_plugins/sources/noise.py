"""Noise as input."""

from __future__ import annotations

import numpy as np

from plasticity import Data, Kernel, component, draws_of, hookimpl, setting
from plasticity_plugins.drawn import KINDS, KeyedByEpoch, exact, key_of_examples, noise_draw


@exact
def draw_noise(x, step, sample, key, kind, mean, std):  # type: ignore[no-untyped-def]  # compiled
    """Fill x (input,) with independent numbers: mean + std z."""
    draws = draws_of(key[0], step, sample)
    for j in range(len(x)):
        x[j] = mean + std * noise_draw(draws, j, kind)


@component
class Noise(KeyedByEpoch):
    """Independent noise on every input, redrawn for each sample.

        x_bj = mean + std z_bj,   z normal, uniform or Laplace with mean 0 and variance 1

    Uniform noise thus lies in mean +- sqrt(3) std. No sample is kept in memory: metrics look at
    `examples` samples, the same in every run.

    >>> Noise(inputs=3, examples=5).open_data("train").samples.shape
    (5, 3)
    """

    inputs: int = setting(default=100, low=1, doc="inputs of a sample")
    kind: str = setting(default="normal", choices=KINDS, doc="distribution")
    mean: float = setting(default=0.0, doc="mean of an input")
    std: float = setting(default=1.0, low=0, doc="standard deviation of an input")
    samples: int = setting(default=100_000, low=1, doc="samples of an epoch")
    examples: int = setting(default=1000, low=1, doc="samples that metrics can look at")

    kernels = (
        Kernel(
            "draw_batch",
            draw_noise,
            arrays=("key",),
            parameters=lambda self, batch: (KINDS.index(self.kind), self.mean, self.std),
        ),
    )

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        samples = np.empty((self.examples, self.inputs), np.float32)
        numbers = KINDS.index(self.kind), np.float32(self.mean), np.float32(self.std)
        for b, sample in enumerate(samples):
            draw_noise(sample, 0, b, key_of_examples(split), *numbers)
        return Data(samples, name=f"{self.kind} noise", n_drawn=self.samples)
