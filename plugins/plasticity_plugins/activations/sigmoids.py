"""Sigmoids: with an exponential, and without one."""

import math

import numpy as np
from scipy.special import expit

from plasticity import component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import elementwise


def _tanh(u: Scalar) -> Scalar:
    return np.tanh(u)


def _tanh_slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1) - y * y


@component
class Tanh:
    """Hyperbolic tangent, between -1 and 1.

        y = tanh(u),   sigma'(u) = 1 - y^2

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = elementwise(_tanh, _tanh_slope)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.tanh(current, out=activity)


def _logistic(u: Scalar) -> Scalar:
    return np.float32(1) / (np.float32(1) + np.exp(-u))


def _logistic_slope(u: Scalar, y: Scalar) -> Scalar:
    return (np.float32(1) - y) * y


@component
class Logistic:
    """Logistic activation, between 0 and 1.

        y = 1 / (1 + exp(-u)),   sigma'(u) = y (1 - y)

    No current overflows: a large one gives exactly 1, a large negative one exp(u) or 0.
    """

    kernels = elementwise(_logistic, _logistic_slope)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        expit(current, out=activity)
        return activity


def _loggy(u: Scalar) -> Scalar:
    return np.tanh(u / np.float32(2))


def _loggy_slope(u: Scalar, y: Scalar) -> Scalar:
    return (np.float32(1) - y * y) / np.float32(2)


@component(source="squadrani2022effectiveness")
class Loggy:
    """Logistic activation stretched to lie between -1 and 1.

        y = 2 / (1 + exp(-u)) - 1 = tanh(u / 2),   sigma'(u) = (1 - y^2) / 2

    Computed as the tangent, which neither overflows nor loses digits near zero.

    Source: the name is of the code of Squadrani et al.
    """

    kernels = elementwise(_loggy, _loggy_slope)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.divide(current, 2, out=activity)
        return np.tanh(activity, out=activity)


def _asymmetric(u: Scalar, lowest: Scalar, highest: Scalar) -> Scalar:
    limit = highest if u > 0 else lowest
    return limit * np.tanh(u / limit)


def _asymmetric_slope(u: Scalar, y: Scalar, lowest: Scalar, highest: Scalar) -> Scalar:
    share = y / (highest if y > 0 else lowest)
    return np.float32(1) - share * share


@component(source="squadrani2022effectiveness")
class AsymmetricLogistic:
    """Sigmoid with slope 1 at zero and other limits below and above.

        y = limit (2 / (1 + exp(-2 u / limit)) - 1) = limit tanh(u / limit)
        sigma'(u) = 1 - (y / limit)^2

    limit = lowest for u < 0, highest for u > 0. A neuron can then fire far above its spontaneous
    rate, which is y = 0, and little below it.

    Source: the simulator of Blais, and the code of Squadrani et al., both with -1 and 50.
    """

    lowest: float = setting(
        default=-1.0,
        below=0,
        above=-math.inf,
        doc="limit below zero",
        because="the sigmoid runs through zero",
    )
    highest: float = setting(
        default=50.0,
        above=0,
        below=math.inf,
        doc="limit above zero",
        because="the sigmoid runs through zero",
    )

    kernels = elementwise(_asymmetric, _asymmetric_slope, "lowest", "highest")

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        limit = self._limit(current)
        np.divide(current, limit, out=activity)
        np.tanh(activity, out=activity)
        activity *= limit
        return activity

    def _limit(self, signed: Array) -> Array:
        limit = np.full_like(signed, self.lowest)
        np.copyto(limit, self.highest, where=signed > 0)
        return limit


def _ratio(u: Scalar, steepness: Scalar) -> Scalar:
    u = steepness * u
    return u / (np.float32(1) + abs(u))


def _ratio_slope(u: Scalar, y: Scalar, steepness: Scalar) -> Scalar:
    fall = np.float32(1) / (np.float32(1) + abs(steepness * u))
    return steepness * fall * fall


def _half_ratio(u: Scalar, steepness: Scalar) -> Scalar:
    u = steepness * u
    return np.float32(0.5) * u / (np.float32(1) + abs(u)) + np.float32(0.5)


def _half_ratio_slope(u: Scalar, y: Scalar, steepness: Scalar) -> Scalar:
    fall = np.float32(1) / (np.float32(1) + abs(steepness * u))
    return np.float32(0.5) * steepness * fall * fall


@component(source="elliott1993better")
class Elliot:
    """Sigmoid between 0 and 1 without an exponential.

        y = 1/2 + s u / (2 (1 + |s u|)),   sigma'(u) = s / (2 (1 + |s u|)^2)

    Source: Elliott, technical report TR 93-8, University of Maryland (1993), scaled to lie between
    0 and 1, as in the FANN library. The code of Squadrani et al. writes 1 + |u + s| below the line,
    which for s = 1 gives 0 for every u below -1; its derivative is that of ours, but takes the
    activity for the current.
    """

    steepness: float = setting(default=1.0, above=0, doc="steepness s")

    kernels = elementwise(_half_ratio, _half_ratio_slope, "steepness")


@component(source="elliott1993better")
class SymmetricElliot:
    """Sigmoid between -1 and 1 without an exponential.

        y = s u / (1 + |s u|),   sigma'(u) = s / (1 + |s u|)^2

    Source: Elliott, technical report TR 93-8, University of Maryland (1993). The derivative in the
    code of Squadrani et al. takes the activity for the current; ours is that of y.
    """

    steepness: float = setting(default=1.0, above=0, doc="steepness s")

    kernels = elementwise(_ratio, _ratio_slope, "steepness")


@component(source="elliott1993better")
class Softsign:
    """Sigmoid between -1 and 1 without an exponential, of steepness 1.

        y = u / (1 + |u|),   sigma'(u) = 1 / (1 + |u|)^2

    Source: Elliott, technical report TR 93-8, University of Maryland (1993); the name softsign came
    later. The derivative in the code of Squadrani et al. takes the activity for the current; ours
    is that of y.
    """

    kernels = elementwise(_ratio, _ratio_slope, 1.0)
