"""Sigmoids beside the logistic one and the hyperbolic tangent."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, component, hookimpl, setting
from plasticity.typing import Array, Scalar


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

    kernels = (Kernel("activate", _loggy), Kernel("differentiate", _loggy_slope))

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

    def _numbers(self, batch: int) -> tuple[float, ...]:
        return self.lowest, self.highest

    kernels = (
        Kernel("activate", _asymmetric, parameters=_numbers),
        Kernel("differentiate", _asymmetric_slope, parameters=_numbers),
    )

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
