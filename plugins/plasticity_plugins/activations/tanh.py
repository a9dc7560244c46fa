"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from plasticity import component, hookimpl
from plasticity.typing import Array


@component
class Tanh:
    """Hyperbolic tangent, between -1 and 1.

        y = tanh(u),   sigma'(u) = 1 - y^2

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.tanh(current, out=activity)

    @hookimpl
    def differentiate(self, activity: Array, slope: Array) -> Array:
        np.square(activity, out=slope)
        return np.subtract(1, slope, out=slope)
