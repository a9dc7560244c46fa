"""Thresholds made of moments of the activity, and one that stays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from plasticity import Clock, Kernel, Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.fading import Fading, follow, remembering, shares
from plasticity_plugins.kernels import kernel


def _square(y: Scalar) -> Scalar:
    return y * y


def _cube(y: Scalar) -> Scalar:
    return y * y * y


def _fourth(y: Scalar) -> Scalar:
    return y * y * y * y


def _all_faded(theta, third, fourth, squares, cubes, fourths, first, gamma, share):  # type: ignore[no-untyped-def]  # compiled
    if first:
        theta, third, fourth = squares, cubes, fourths
    return (
        gamma * theta + share * squares,
        gamma * third + share * cubes,
        gamma * fourth + share * fourths,
    )


@component(source="blais1998receptive")
class Moments(Fading):
    """Threshold E[y^2], and beside it E[y^3] and E[y^4], each a mean with a fading memory.

        m_k <- gamma m_k + (1 - gamma) < y^k >_batch,   k = 2, 3, 4;   theta = m_2

    Before the first step each is the first batch's own mean. The rules of the same step see the new
    values: `s1` and `k1` need them, and every rule that reads a threshold can be beside them.
    The third moment has the sign of the activity's skewness.

    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797, whose indices are
    made of these moments; the estimate is that of `moving_average`.
    """

    third_moment = Variable(("neuron",), intent="out", description="E[y^3], with a fading memory")
    fourth_moment = Variable(("neuron",), intent="out", description="E[y^4], with a fading memory")

    kernels = kernel(
        "estimate_threshold",
        _all_faded,
        shares,
        observe=(_square, _cube, _fourth),
        state=("third_moment", "fourth_moment"),
    )


def _size_to_the(power: float) -> Callable[[Any], Any]:
    """Return |y|^power as a function to compile, in the type of y where the power is whole."""
    whole = int(power)
    if power != whole:
        return lambda y: abs(y) ** power

    def size(y: Scalar) -> Scalar:
        product = abs(y)
        for _ in range(whole - 1):
            product *= abs(y)
        return product

    return size


def _raised(theta, m, mean, first, gamma, share, power):  # type: ignore[no-untyped-def]  # compiled
    m = gamma * (mean if first else m) + share * mean
    return m**power, m


class _Powers(Fading):
    """Threshold that is an outer power of the mean of an inner power of |y|."""

    mean: Array

    def _powers(self) -> tuple[float, float]:
        raise NotImplementedError

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the part of a compiled step."""
        inner, outer = self._powers()
        size = _size_to_the(inner)
        return kernel("estimate_threshold", _raised, shares, outer, observe=size, state=("mean",))

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array, clock: Clock) -> Array:
        inner, outer = self._powers()
        now = np.mean(np.abs(activity) ** inner, axis=1)
        follow(self.mean, now, self.gamma(activity.shape[1]), clock.step == 0)
        return np.power(self.mean, outer, out=threshold)


@component(source="bienenstock1982theory")
class MeanOfPower(_Powers):
    """Threshold that is the mean of a power of the activity, with a fading memory.

        m_t   = gamma m_(t-1) + (1 - gamma) < |y|^p >_batch
        theta = m_t

    Before the first step m is the first batch's own < |y|^p >. The rule of the same step sees m_t.
    With p = 2 it is `moving_average`; with p = 1 the low-pass of the activity that some simulators
    call the threshold of BCM. Of a negative activity the size counts.

    Source: the threshold is a power of the mean in Bienenstock, Cooper & Munro (1982), component
    `power_of_mean`; the mean of a power is the other reading, which Intrator & Cooper (1992) made
    theirs with p = 2.
    """

    power: float = setting(
        default=2.0,
        low=1,
        doc="p of the activity before its mean is taken",
        because="below 1 its slope at y = 0 is infinite",
    )

    mean = Variable(("neuron",), description="mean of the power with a fading memory")

    def _powers(self) -> tuple[float, float]:
        return self.power, 1.0


@component(source="cooper2004theory")
class PowerOfMoment(_Powers):
    """Threshold between those of 1982 and of 1992, a power of the mean of a power.

        m_t   = gamma m_(t-1) + (1 - gamma) < |y|^(1 + alpha) >_batch
        theta = m_t^(2 - alpha)

    alpha = 0 is the square of the mean activity, alpha = 1 the mean of its square. Before the first
    step m is the first batch's own mean. The rule of the same step sees m_t. Of a negative activity
    the size counts; the paper's activities are rates.

    Source: the simulator of Blais, rule 31, for the rule `bcm8292`. It moves m after the weights,
    with gamma = 1 - 1 / tau.
    """

    alpha: float = setting(
        default=0.5,
        low=0,
        high=1,
        doc="where between 1982 (0) and 1992 (1) it lies",
        because="beyond, neither paper is approached",
    )

    mean = Variable(("neuron",), description="mean of |y|^(1 + alpha) with a fading memory")

    def _powers(self) -> tuple[float, float]:
        return 1 + self.alpha, 2 - self.alpha


def _itself(y: Scalar) -> Scalar:
    return y


def _raised_mean(theta, m, mean, first, gamma, share, reference, power):  # type: ignore[no-untyped-def]  # compiled
    m = gamma * (mean if first else m) + share * mean
    return (max(m, np.float32(0)) / reference) ** power, m


@component(source="bienenstock1982theory")
class PowerOfMean:
    """Threshold that grows faster than the mean activity, which has a fading memory.

        m_t   = gamma m_(t-1) + (1 - gamma) < y >_batch
        theta = (m_t / y0)^p

    Before the first step m is the first batch's own < y >. The rule of the same step sees m_t.
    A mean below 0 counts as 0: the paper's activities are rates.

    Source: Bienenstock, Cooper & Munro, Journal of Neuroscience 2 (1982) 32, for the rule `bcm82`.
    The paper has theta = (m / y0)^p m: our `power` is its p + 1, our `reference` its
    y0^(p / (p + 1)), and the default of 2 is its p = 1. The form above is that of Blais & Cooper,
    BCM theory, Scholarpedia (2008). The paper leaves the estimate of the mean open; the fading
    memory is that of `moving_average`.
    """

    memory: float = remembering("mean", "mean")
    power: float = setting(
        default=2.0,
        above=1,
        doc="p, how much faster than the mean the threshold grows",
        because="only a threshold that grows faster than the mean activity bounds the weights",
    )
    reference: float = setting(
        default=1.0, above=0, doc="activity y0 at which the threshold is 1", because="it divides"
    )

    mean = Variable(("neuron",), description="mean activity with a fading memory")

    kernels = kernel(
        "estimate_threshold",
        _raised_mean,
        lambda self, batch: (self.memory, 1 - self.memory),
        "reference",
        "power",
        observe=_itself,
        state=("mean",),
    )


def _value(theta: Scalar, mean: Scalar, first: Scalar, value: Scalar) -> Scalar:
    return value


@component
class Fixed:
    """Threshold of one value for all neurons and all time.

        theta = value

    With a fixed threshold BCM is unstable: what is above it grows without bound. Add a constraint.
    """

    value: float = setting(
        default=1.0, above=0, doc="the threshold", because="the Law-Cooper rule divides by it"
    )

    kernels = kernel("estimate_threshold", _value, "value", observe=_itself)
