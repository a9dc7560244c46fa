"""What the components share that draw inputs: a key for each epoch, and kinds of noise."""

import math
from typing import Any

import numpy as np

from plasticity import Clock, Stream, Variable, hookimpl, njit, normal_draw, uniform_draw
from plasticity.typing import Array, Scalar

KINDS = ("normal", "uniform", "laplace")

# Numba compiles a function with the fast math of its caller unless told otherwise: what is drawn
# would then be rounded in one way in the hook, in another in a compiled step.
exact = njit(error_model="numpy", fastmath=False)


class KeyedByEpoch:
    """A component whose random numbers follow from a key, the step and the sample.

    Each epoch draws a new key, which a checkpoint keeps. See `plasticity.draws_of`.
    """

    key = Variable((1,), dtype="uint64", description="key of the random numbers of this epoch")
    rng = Stream()

    @hookimpl
    def epoch_started(self, clock: Clock) -> None:
        self.draw_key()

    def draw_key(self) -> None:
        """Draw the key of the epoch that begins."""
        self.key[0] = self.rng.integers(0, 2**64 - 1, dtype=np.uint64, endpoint=True)


def kind_of(component: Any, batch: int = 0) -> int:
    """Return the number of a component's kind of noise, for `noise_draw`."""
    return KINDS.index(component.kind)


def key_of_examples(split: str) -> Array:
    """Return the key of the examples of a split, which are the same in every run."""
    return np.array([("train", "test").index(split)], np.uint64)


@exact
def noise_draw(draws: Scalar, i: Scalar, kind: Scalar) -> Scalar:
    """Return number i of a kind of noise, with mean 0 and standard deviation 1.

    normal, uniform in [-sqrt(3), sqrt(3)), or Laplace with density exp(-sqrt(2) |z|) / sqrt(2)
    """
    if kind == 0:
        return normal_draw(draws, i)
    u = uniform_draw(draws, i)
    if kind == 1:
        return math.sqrt(3.0) * (2 * u - 1)
    # Neither logarithm is of 0, since u is below 1/2 in the one and below 1 in the other.
    if u < 0.5:
        return math.log1p(-2 * u) / math.sqrt(2.0)
    return -math.log(2 * (1 - u)) / math.sqrt(2.0)
