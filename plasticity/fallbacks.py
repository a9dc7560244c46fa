"""What the framework answers where no component does: plain synapse, batches of a data set."""

from __future__ import annotations

import numpy as np

from plasticity.clock import Clock
from plasticity.components import component
from plasticity.data import Data
from plasticity.hookspecs import hookimpl
from plasticity.settings import setting
from plasticity.variable import Array, Stream, Variable


@component
class DenseSynapse:
    """The current of a layer in which every input reaches every neuron.

    u_i = sum_j w_ij x_j
    """

    @hookimpl
    def compute_current(self, weights: Array, x: Array, current: Array) -> Array:
        return np.dot(weights, x.T, out=current)


@component
class GivenData:
    """The source of data that was given as a Python object."""

    data: Data = setting(doc="the samples")

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        return self.data if split == "train" else None


@component
class Batches:
    """The batches of a data set: each epoch draws every sample once.

    The order of an epoch is an array of the state, so a run that goes on in the middle of an epoch
    draws what it would have drawn.
    """

    data: Data = setting(doc="the samples")
    shuffle: bool = setting(default=True, doc="whether each epoch has an order of its own")
    size: int = setting(default=100, low=1, doc="samples a step")

    rng = Stream()
    order = Variable(("pattern",), dtype="int64", description="order of the samples in this epoch")

    @hookimpl
    def epoch_started(self, clock: Clock) -> None:
        self.order[...] = (
            self.rng.permutation(len(self.order)) if self.shuffle else np.arange(len(self.order))
        )

    @hookimpl
    def draw_batch(self, x: Array, clock: Clock) -> Array:
        start = (clock.step % clock.steps_per_epoch) * self.size
        rows = self.order[start : start + len(x)]
        np.multiply(
            self.data.samples[rows], self.data.scale, out=x, dtype=x.dtype, casting="same_kind"
        )
        return x
