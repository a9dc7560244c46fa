"""The logistic sigmoid."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from plasticity import component, hookimpl
from plasticity.typing import Array


@component
class Logistic:
    """Logistic activation, between 0 and 1.

        y = 1 / (1 + exp(-u)),   sigma'(u) = y (1 - y)

    No current overflows: a large one gives exactly 1, a large negative one exp(u) or 0.
    """

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        expit(current, out=activity)
        return activity

    @hookimpl
    def differentiate(self, activity: Array, slope: Array) -> Array:
        np.subtract(1, activity, out=slope)
        slope *= activity
        return slope
