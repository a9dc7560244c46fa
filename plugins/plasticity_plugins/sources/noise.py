"""Noise, and a few patterns in random order, as inputs."""

from functools import cached_property
from typing import Any

import numpy as np

from plasticity import Data, component, draws_of, hookimpl, setting, uniform_draw
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins.drawn import (
    KINDS,
    KeyedByEpoch,
    exact,
    key_of_examples,
    kind_of,
    noise_draw,
)
from plasticity_plugins.kernels import kernel


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

    kernels = kernel("draw_batch", draw_noise, kind_of, "mean", "std", arrays=("key",))

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        samples = np.empty((self.examples, self.inputs), np.float32)
        numbers = kind_of(self), np.float32(self.mean), np.float32(self.std)
        for b, sample in enumerate(samples):
            draw_noise(sample, 0, b, key_of_examples(split), *numbers)
        return Data(samples, name=f"{self.kind} noise", n_drawn=self.samples)


@exact
def draw_pattern(x, step, sample, key, patterns, until):  # type: ignore[no-untyped-def]  # compiled
    """Fill x (input,) with the pattern whose share of [0, 1) holds a uniform number."""
    u = uniform_draw(draws_of(key[0], step, sample), 0)
    chosen = 0
    while chosen < len(until) - 1 and u >= until[chosen]:
        chosen += 1
    for j in range(len(x)):
        x[j] = patterns[chosen, j]


@component
class Patterns(KeyedByEpoch):
    """Random choices from a set of patterns with given probabilities.

        x_k . x_l = overlap,   x_k . x_k = 1

    Unless `values` gives them, the inputs are cut into blocks of equal size, one a pattern and one
    for all. A pattern is sqrt(1 - overlap) / sqrt(block) on its own block, sqrt(overlap) /
    sqrt(block) on the block of all, and 0 elsewhere; with no overlap there is no block of all.
    The data of metrics are the patterns, each once, with its number as label.

    Raises `SettingError` where there are fewer inputs than blocks, or the probabilities are not
    one a pattern with the sum 1.

    >>> samples = Patterns(patterns=2, inputs=6, overlap=0.25).open_data("train").samples
    >>> (samples @ samples.T).round(6).tolist()
    [[1.0, 0.25], [0.25, 1.0]]
    """

    patterns: int = setting(default=2, low=1, doc="number of patterns; not used with `values`")
    inputs: int = setting(default=10, low=1, doc="inputs of a pattern; not used with `values`")
    overlap: float = setting(
        default=0.0, low=0, below=1, doc="cosine of any two; not used with `values`"
    )
    probabilities: tuple[float, ...] = setting(
        default=(), doc="probability of each; by default all equal"
    )
    values: Any = setting(default=None, doc="the patterns themselves, (pattern, input)")
    samples: int = setting(default=100_000, low=1, doc="samples of an epoch")

    kernels = kernel("draw_batch", draw_pattern, arrays=("key", "table", "until"))

    @cached_property
    def table(self) -> Array:
        """Return the patterns (pattern, input)."""
        if self.values is not None:
            return np.array(self.values, np.float64, ndmin=2)
        common = self.overlap > 0
        size = self.inputs // (self.patterns + common)
        if size == 0:
            raise SettingError(
                f"patterns: {self.patterns} patterns with overlap {self.overlap} need "
                f"{self.patterns + common} inputs or more, got {self.inputs}"
            )
        table = np.zeros((self.patterns, self.inputs))
        for k in range(self.patterns):
            table[k, k * size : (k + 1) * size] = np.sqrt((1 - self.overlap) / size)
        if common:
            table[:, self.patterns * size : (self.patterns + 1) * size] = np.sqrt(
                self.overlap / size
            )
        return table

    @cached_property
    def until(self) -> Array:
        """Return the end of the share of each pattern of [0, 1) (pattern,)."""
        count = len(self.table)
        shares = np.array(self.probabilities or [1 / count] * count)
        if len(shares) != count or np.any(shares < 0) or not np.isclose(shares.sum(), 1):
            raise SettingError(
                f"patterns: probabilities must be {count} numbers of 0 or more with the sum 1, one "
                f"a pattern, got {list(self.probabilities)}"
            )
        return np.cumsum(shares)

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split != "train":
            return None
        labels = np.arange(len(self.until))
        return Data(self.table, labels=labels, name="patterns", n_drawn=self.samples)
