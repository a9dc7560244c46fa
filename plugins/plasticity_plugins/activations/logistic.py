"""The logistic sigmoid."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array


def _value(u):  # type: ignore[no-untyped-def]  # compiled
    return np.float32(1) / (np.float32(1) + np.exp(-u))


def _slope(u, y):  # type: ignore[no-untyped-def]  # compiled
    return (np.float32(1) - y) * y


@component
class Logistic:
    """Logistic activation, between 0 and 1.

        y = 1 / (1 + exp(-u)),   sigma'(u) = y (1 - y)

    No current overflows: a large one gives exactly 1, a large negative one exp(u) or 0.
    """

    kernels = (
        Kernel("activate", _value),
        Kernel("differentiate", _slope),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        expit(current, out=activity)
        return activity

    @hookimpl
    def differentiate(self, activity: Array, slope: Array) -> Array:
        np.subtract(1, activity, out=slope)
        slope *= activity
        return slope
