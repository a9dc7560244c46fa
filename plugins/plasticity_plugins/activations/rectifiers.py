"""Rectifiers: with a corner, or smoothed by an exponential."""

from typing import Any

import numpy as np
from scipy.special import expit

from plasticity import component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import elementwise


def _rectified(u: Scalar) -> Scalar:
    # In this form, and not with <=, the processor has one instruction for it.
    return np.float32(0) if u < 0 else u


def _rectified_slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1) if u > 0 else np.float32(0)


@component(source="nair2010rectified")
class Relu:
    """Rectified linear activation.

        y = max(u, 0),   sigma'(u) = 1 for u > 0, else 0

    Source: Nair & Hinton, International Conference on Machine Learning 27 (2010) 807.
    """

    kernels = elementwise(_rectified, _rectified_slope)


def _bent(u: Scalar, above: Scalar, below: Scalar) -> Scalar:
    return above * u if u > 0 else below * u


def _bent_slope(u: Scalar, y: Scalar, above: Scalar, below: Scalar) -> Scalar:
    return above if u > 0 else below


def _slope_below(default: float) -> Any:
    return setting(
        default=default,
        low=0,
        high=1,
        doc="slope below zero",
        because="it is a leak: less passes below zero than above",
    )


@component(source="maas2013rectifier")
class Leaky:
    """Leaky rectified linear activation.

        y = u for u > 0, else slope u,   sigma'(u) = 1 for u > 0, else slope

    Source: Maas, Hannun & Ng, ICML workshop on deep learning 2013, with a slope of 0.01. The code
    of Squadrani et al. has 0.1, our default, and calls the one with 0.01 relie.
    """

    slope: float = _slope_below(0.1)

    kernels = elementwise(_bent, _bent_slope, 1.0, "slope")


@component(source="maas2013rectifier")
class Relie(Leaky):
    """Leaky rectified linear activation with a small leak.

        y = u for u > 0, else 0.01 u,   sigma'(u) = 1 for u > 0, else 0.01

    Source: the name is of the code of Squadrani et al., the function that of Maas, Hannun & Ng,
    ICML workshop on deep learning 2013.
    """

    slope: float = _slope_below(0.01)


@component(source="squadrani2022effectiveness")
class Ramp:
    """Rectifier on top of a line.

        y = max(u, 0) + 0.1 u,   sigma'(u) = 1.1 for u > 0, else 0.1

    Source: the C++ code of Squadrani et al. Its Python twin changes u in between and gives 0 below
    zero, against its own derivative.
    """

    kernels = elementwise(_bent, _bent_slope, 1.1, 0.1)


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

    kernels = elementwise(_power, _power_slope, "power")

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

    kernels = elementwise(_beyond, _beyond_slope, "firing_threshold")


def _exponential(u: Scalar, scale: Scalar, alpha: Scalar) -> Scalar:
    return scale * u if u >= 0 else scale * alpha * np.expm1(u)


def _exponential_slope(u: Scalar, y: Scalar, scale: Scalar, alpha: Scalar) -> Scalar:
    return scale if u >= 0 else scale * alpha * np.exp(u)


class _Exponential:
    """Line of slope `scale` above zero, an exponential that falls to -scale alpha below."""

    scale: float
    alpha: float

    kernels = elementwise(_exponential, _exponential_slope, "scale", "alpha")

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.minimum(current, 0, out=activity)
        np.expm1(activity, out=activity)
        activity *= self.scale * self.alpha
        return np.multiply(current, self.scale, out=activity, where=current >= 0)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        np.minimum(current, 0, out=slope)
        np.exp(slope, out=slope)
        slope *= self.scale * self.alpha
        np.copyto(slope, self.scale, where=current >= 0)
        return slope


@component(source="clevert2016fast")
class Elu(_Exponential):
    """Exponential linear unit.

        y = u for u >= 0, else alpha (exp(u) - 1)
        sigma'(u) = 1 for u >= 0, else alpha exp(u)

    Source: Clevert, Unterthiner & Hochreiter, ICLR 2016. Squadrani et al. have alpha = 1.
    """

    alpha: float = setting(default=1.0, low=0, doc="-y of a very negative current")

    scale = 1.0


@component(source="klambauer2017self")
class Selu(_Exponential):
    """Scaled exponential linear unit.

        y = scale u for u >= 0, else scale alpha (exp(u) - 1)
        sigma'(u) = scale for u >= 0, else scale alpha exp(u)

    With the default constants, currents of mean 0 and variance 1 give activities of mean 0 and
    variance 1.

    Source: Klambauer et al., NeurIPS 2017, equation 14. The code of Squadrani et al. rounds the
    constants to scale = 1.0507 and alpha = 1.6732.
    """

    scale: float = setting(default=1.0507009873554805, above=0, doc="slope above zero")
    alpha: float = setting(
        default=1.6732632423543772, low=0, doc="-y / scale of a very negative current"
    )


def _softplus(u: Scalar) -> Scalar:
    rest = np.log1p(np.exp(-abs(u)))
    return rest if u <= 0 else u + rest


def _softplus_slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1) / (np.float32(1) + np.exp(-u))


@component(source="dugas2001incorporating")
class Softplus:
    """Smooth rectifier.

        y = log(1 + exp(u)) = max(u, 0) + log(1 + exp(-|u|)),   sigma'(u) = 1 / (1 + exp(-u))

    No current overflows: a large one gives itself, a large negative one exp(u).

    Source: Dugas et al., NIPS 2001. The derivative in the code of Squadrani et al. takes the
    activity for the current; ours is that of y.
    """

    kernels = elementwise(_softplus, _softplus_slope)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.abs(current, out=activity)
        np.negative(activity, out=activity)
        np.exp(activity, out=activity)
        np.log1p(activity, out=activity)
        activity += np.maximum(current, 0)
        return activity

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        expit(current, out=slope)
        return slope
