"""Rectifiers smoothed by an exponential."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from plasticity import Kernel, component, hookimpl, setting
from plasticity.typing import Array, Scalar


def _value(u: Scalar, scale: Scalar, alpha: Scalar) -> Scalar:
    return scale * u if u >= 0 else scale * alpha * np.expm1(u)


def _slope(u: Scalar, y: Scalar, scale: Scalar, alpha: Scalar) -> Scalar:
    return scale if u >= 0 else scale * alpha * np.exp(u)


def _fill_value(current: Array, scale: float, alpha: float, activity: Array) -> Array:
    np.minimum(current, 0, out=activity)
    np.expm1(activity, out=activity)
    activity *= scale * alpha
    return np.multiply(current, scale, out=activity, where=current >= 0)


def _fill_slope(current: Array, scale: float, alpha: float, slope: Array) -> Array:
    np.minimum(current, 0, out=slope)
    np.exp(slope, out=slope)
    slope *= scale * alpha
    np.copyto(slope, scale, where=current >= 0)
    return slope


@component(source="clevert2016fast")
class Elu:
    """Exponential linear unit.

        y = u for u >= 0, else alpha (exp(u) - 1)
        sigma'(u) = 1 for u >= 0, else alpha exp(u)

    Source: Clevert, Unterthiner & Hochreiter, ICLR 2016. Squadrani et al. have alpha = 1.
    """

    alpha: float = setting(default=1.0, low=0, doc="-y of a very negative current")

    def _numbers(self, batch: int) -> tuple[float, ...]:
        return 1.0, self.alpha

    kernels = (
        Kernel("activate", _value, parameters=_numbers),
        Kernel("differentiate", _slope, parameters=_numbers),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return _fill_value(current, 1.0, self.alpha, activity)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        return _fill_slope(current, 1.0, self.alpha, slope)


@component(source="klambauer2017self")
class Selu:
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

    def _numbers(self, batch: int) -> tuple[float, ...]:
        return self.scale, self.alpha

    kernels = (
        Kernel("activate", _value, parameters=_numbers),
        Kernel("differentiate", _slope, parameters=_numbers),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return _fill_value(current, self.scale, self.alpha, activity)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        return _fill_slope(current, self.scale, self.alpha, slope)


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

    kernels = (Kernel("activate", _softplus), Kernel("differentiate", _softplus_slope))

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
