"""The logistic sigmoid."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array, Scalar


def _value(u: Scalar) -> Scalar:
    return np.float32(1) / (np.float32(1) + np.exp(-u))


def _slope(u: Scalar, y: Scalar) -> Scalar:
    return (np.float32(1) - y) * y


@component
class Logistic:
    """Logistic activation, between 0 and 1.

        y = 1 / (1 + exp(-u)),   sigma'(u) = y (1 - y)

    No current overflows: a large one gives exactly 1, a large negative one exp(u) or 0.
    """

    kernels = (Kernel("activate", _value), Kernel("differentiate", _slope))

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        expit(current, out=activity)
        return activity
