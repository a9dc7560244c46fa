"""What the framework answers where no component does: plain synapse, batches of a data set."""

from collections.abc import Collection
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.components.component import component
from plasticity.components.data import LARGE, Data, read_at_random
from plasticity.components.setting import setting
from plasticity.components.variable import Stream, Variable
from plasticity.hookspecs import hookimpl
from plasticity.typing import Array


@component
class DenseSynapse:
    """The current of a layer in which every input reaches every neuron, u_i = sum_j w_ij x_j."""

    @hookimpl
    def compute_current(self, weights: Array, x: Array, current: Array) -> Array:
        return np.dot(weights, x.T, out=current)


@component
class AsLearnt:
    """Initializer of weights that are put in afterwards."""

    @hookimpl
    def init_state(self, weights: Array) -> None:
        pass


@component
class GivenData:
    """The source of data that was given as a Python object."""

    data: Data = setting(doc="the samples")

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        return self.data if split == "train" else self.data.held_out


@component
class Batches:
    """The batches of a data set: each epoch draws every sample once, in an order of its own."""

    data: Data = setting(doc="the samples")
    shuffle: bool = setting(default=True, doc="whether each epoch has an order of its own")
    size: int = setting(default=100, low=1, doc="samples a step")

    at_hand = True  # whether a compiled step may look at the samples itself

    rng = Stream()
    order = Variable(("pattern",), dtype="int64", description="order of the samples in this epoch")

    def __attrs_post_init__(self) -> None:
        self.show(self.data)

    def show(self, data: Data, encoders: Collection[Any] = ()) -> None:
        """Draw from now on from the data as these encoders have left them."""
        self.shown, self.encoders = data, list(encoders)

    @hookimpl
    def epoch_started(self, clock: Clock) -> None:
        count = len(self.order)
        self.order[...] = self.rng.permutation(count) if self.shuffle else np.arange(count)

    @hookimpl
    def draw_batch(self, x: Array, clock: Clock) -> Array:
        drawn, scale = self.shown.samples[self._rows(clock, len(x))], self.shown.scale
        return np.multiply(drawn, scale, out=x, dtype=x.dtype, casting="same_kind")

    def fill_labels(self, labels: Array, clock: Clock) -> None:
        labels[...] = self.data.labels[self._rows(clock, len(labels))]  # type: ignore[index]  # seen

    def _rows(self, clock: Clock, count: int) -> Array:
        start = (clock.step % clock.steps_per_epoch) * self.size
        return self.order[start : start + count]


@component
class MappedBatches(Batches):
    """The batches of a large file mapped into memory, of which little is in memory at a time."""

    at_hand = False

    @hookimpl
    def run_started(self) -> None:
        if self.shuffle:
            read_at_random(self.data.samples)

    @hookimpl
    def draw_batch(self, x: Array, clock: Clock) -> Array:
        self.data.take_into(self._rows(clock, len(x)), x)
        return x


def batches_of(data: Data, shuffle: bool, size: int) -> Batches:
    """Return the batches of data in memory, or in a file that is mapped into it."""
    mapped = isinstance(data.samples, np.memmap) and data.samples.nbytes > LARGE
    return (MappedBatches if mapped else Batches)(data=data, shuffle=shuffle, size=size)
