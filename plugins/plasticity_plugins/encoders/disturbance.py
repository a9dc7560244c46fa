"""Inputs that are noisy, dead, deprived or never silent."""

from typing import ClassVar

import numpy as np

from plasticity import Clock, Experiment, Variable, component, draws_of, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import KINDS, KeyedByEpoch, exact, kind_of, noise_draw
from plasticity_plugins.kernels import kernel

EYES = ("left", "right", "both")


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


@exact
def deprived(x, step, sample, key, closed, first, last, kind, mean, std, eye):  # type: ignore[no-untyped-def]  # compiled
    """Replace the half of x (input,) that belongs to a closed eye, or all of it, by noise."""
    if closed[0] == 0 or step < first or (last >= 0 and step >= last):
        return
    draws = draws_of(key[0], step, sample)
    half = len(x) // 2
    low = half if eye == 1 else 0
    high = half if eye == 0 else len(x)
    for j in range(low, high):
        x[j] = mean + std * noise_draw(draws, j, kind)


@component(source="blais1999presynaptic")
class Deprivation(KeyedByEpoch):
    """An eye that is closed: its half of the inputs is replaced by noise.

        x_bj <- mean + std z_bj      for the j of the closed eye, while it is closed

    The first half of the inputs is the left eye, the second the right one, as `natural_images`
    with two eyes gives them. The eye is closed in the phases that `during` names, or in all, from
    step `begin` on and before step `end`. A rearing protocol is made of phases:

        normal rearing           a phase in which no eye is closed
        monocular deprivation    one eye closed
        reverse suture           a second of these, the other eye closed, in a later phase
        binocular deprivation    eye = "both"
        recovery                 a phase in which no eye is closed again

    Metrics see the inputs of open eyes. Raises `SettingError`, before the first step, where
    `during` names a phase that the experiment does not have.

    Source: Blais, Shouval & Cooper, PNAS 96 (1999) 1083: a closed eye sends noise, and the more of
    it, the faster the neuron loses that eye. The standard deviation is of the reader's choice.
    """

    eye: str = setting(default="left", choices=EYES, doc="which eye is closed")
    during: tuple[str, ...] = setting(default=(), doc="names of phases; empty: all")
    begin: int = setting(default=0, low=0, unit="steps", doc="first step with the eye closed")
    end: int | None = setting(default=None, low=0, unit="steps", doc="step that opens the eye")
    kind: str = setting(default="normal", choices=KINDS, doc="distribution of the noise")
    mean: float = setting(default=0.0, doc="mean of the noise")
    std: float = setting(default=0.1, low=0, doc="standard deviation of the noise")

    closed = Variable((1,), dtype="int64", description="1 in a phase in which the eye is closed")

    kernels = kernel("encode", deprived, "_numbers", arrays=("key", "closed"))

    @hookimpl
    def run_started(self, experiment: Experiment) -> None:
        phases = [phase.name for phase in experiment.phases]
        for name in self.during:
            if name not in phases:
                raise SettingError(
                    f"deprivation: during names the phase {name!r}, but the phases of the "
                    f"experiment are {phases}"
                )

    @hookimpl
    def epoch_started(self, clock: Clock) -> None:
        self.closed[0] = not self.during or clock.phase in self.during
        self.draw_key()

    @property
    def _numbers(self) -> tuple[float, ...]:
        end = -1 if self.end is None else self.end
        return self.begin, end, kind_of(self), self.mean, self.std, EYES.index(self.eye)
