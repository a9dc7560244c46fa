"""Rectifiers that let something pass below zero, or bend, or begin later."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl, setting
from plasticity.typing import Array, Scalar


def _bent(u: Scalar, above: Scalar, below: Scalar) -> Scalar:
    return above * u if u > 0 else below * u


def _bent_slope(u: Scalar, y: Scalar, above: Scalar, below: Scalar) -> Scalar:
    return above if u > 0 else below


@component(source="maas2013rectifier")
class Leaky:
    """Leaky rectified linear activation.

        y = u for u > 0, else slope u,   sigma'(u) = 1 for u > 0, else slope

    Source: Maas, Hannun & Ng, ICML workshop on deep learning 2013, with a slope of 0.01. The code
    of Squadrani et al. has 0.1, our default, and calls the one with 0.01 relie.
    """

    slope: float = setting(
        default=0.1,
        low=0,
        high=1,
        doc="slope below zero",
        because="it is a leak: less passes below zero than above",
    )

    kernels = (
        Kernel("activate", _bent, parameters=lambda self, batch: (1.0, self.slope)),
        Kernel("differentiate", _bent_slope, parameters=lambda self, batch: (1.0, self.slope)),
    )


@component(source="maas2013rectifier")
class Relie(Leaky):
    """Leaky rectified linear activation with a small leak.

        y = u for u > 0, else 0.01 u,   sigma'(u) = 1 for u > 0, else 0.01

    Source: the name is of the code of Squadrani et al., the function that of Maas, Hannun & Ng,
    ICML workshop on deep learning 2013.
    """

    slope: float = setting(
        default=0.01,
        low=0,
        high=1,
        doc="slope below zero",
        because="it is a leak: less passes below zero than above",
    )


@component(source="squadrani2022effectiveness")
class Ramp:
    """Rectifier on top of a line.

        y = max(u, 0) + 0.1 u,   sigma'(u) = 1.1 for u > 0, else 0.1

    Source: the C++ code of Squadrani et al. Its Python twin changes u in between and gives 0 below
    zero, against its own derivative.
    """

    kernels = (
        Kernel("activate", _bent, parameters=lambda self, batch: (1.1, 0.1)),
        Kernel("differentiate", _bent_slope, parameters=lambda self, batch: (1.1, 0.1)),
    )


def _power(u: Scalar, power: Scalar) -> Scalar:
    return np.float32(0) if u <= 0 else u**power


def _power_slope(u: Scalar, y: Scalar, power: Scalar) -> Scalar:
    return power * u ** (power - np.float32(1)) if u > 0 else np.float32(0)


@component(source="krotov2019unsupervised")
class PowerRelu:
    """Rectifier raised to a power.

        y = max(u, 0)^n,   sigma'(u) = n u^(n - 1) for u > 0, else 0

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, for the neurons below their classifier; n = 4.5
    is theirs for MNIST.
    """

    power: float = setting(
        default=4.5, low=1, doc="power n", because="below 1 the slope at zero is infinite"
    )

    kernels = (
        Kernel("activate", _power, parameters=lambda self, batch: (self.power,)),
        Kernel("differentiate", _power_slope, parameters=lambda self, batch: (self.power,)),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.maximum(current, 0, out=activity)
        return np.power(activity, self.power, out=activity)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        np.maximum(current, 0, out=slope)
        np.power(slope, self.power - 1, out=slope)
        slope *= self.power
        np.copyto(slope, 0, where=current <= 0)  # 0^0 is 1
        return slope


def _beyond(u: Scalar, firing_threshold: Scalar) -> Scalar:
    return np.float32(0) if u < firing_threshold else u - firing_threshold


def _beyond_slope(u: Scalar, y: Scalar, firing_threshold: Scalar) -> Scalar:
    return np.float32(1) if u > firing_threshold else np.float32(0)


@component(source="treves1990graded")
class ThresholdLinear:
    """Rectified linear activation of what is above a firing threshold.

        y = max(u - T, 0),   sigma'(u) = 1 for u > T, else 0

    T is a current, fixed, and nothing to do with the modification threshold theta.

    Source: Treves, Physical Review A 42 (1990) 2418; the gain is left to the weights.
    """

    firing_threshold: float = setting(doc="current T above which a neuron fires")

    kernels = (
        Kernel("activate", _beyond, parameters=lambda self, batch: (self.firing_threshold,)),
        Kernel(
            "differentiate", _beyond_slope, parameters=lambda self, batch: (self.firing_threshold,)
        ),
    )
