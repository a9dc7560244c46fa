"""A few patterns, shown again and again in random order."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from plasticity import Data, Kernel, component, draws_of, hookimpl, setting, uniform_draw
from plasticity.errors import SettingError
from plasticity.typing import Array
from plasticity_plugins.drawn import KeyedByEpoch, exact


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

    kernels = (Kernel("draw_batch", draw_pattern, arrays=("key", "table", "until")),)

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
