"""Thresholds that follow the mean of a power of the activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from plasticity import Clock, Kernel, Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.thresholds.fading import Fading


def _size_to_the(power: float) -> Callable[[Any], Any]:
    """|y|^power as a function that can be compiled, in the type of y where the power is whole."""
    whole = int(power)
    if power != whole:
        return lambda y: abs(y) ** power

    def size(y: Scalar) -> Scalar:
        product = abs(y)
        for _ in range(whole - 1):
            product *= abs(y)
        return product

    return size


def _faded(theta, m, mean, first, gamma, share, power):  # type: ignore[no-untyped-def]  # compiled
    m = gamma * (mean if first else m) + share * mean
    return m**power, m


@component(source="bienenstock1982theory")
class MeanOfPower(Fading):
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

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the part of a compiled step."""
        return (_kernel(self.power, 1.0),)

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array, clock: Clock) -> Array:
        _follow(self, self.power, activity, clock)
        threshold[...] = self.mean
        return threshold


@component(source="cooper2004theory")
class PowerOfMoment(Fading):
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

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Return the part of a compiled step."""
        return (_kernel(1 + self.alpha, 2 - self.alpha),)

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array, clock: Clock) -> Array:
        _follow(self, 1 + self.alpha, activity, clock)
        return np.power(self.mean, 2 - self.alpha, out=threshold)


def _kernel(inner: float, outer: float) -> Kernel:
    def numbers(estimator: Any, batch: int) -> tuple[float, ...]:
        gamma = estimator.gamma(batch)
        return gamma, 1 - gamma, outer

    return Kernel(
        "estimate_threshold",
        _faded,
        observe=_size_to_the(inner),
        state=("mean",),
        parameters=numbers,
    )


def _follow(estimator: Any, power: float, activity: Array, clock: Clock) -> None:
    mean = np.mean(np.abs(activity) ** power, axis=1)
    if clock.step == 0:
        estimator.mean[...] = mean
    gamma = estimator.gamma(activity.shape[1])
    estimator.mean *= gamma
    estimator.mean += (1 - gamma) * mean
