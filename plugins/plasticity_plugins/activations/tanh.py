"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array


def _value(u):  # type: ignore[no-untyped-def]  # compiled
    return np.tanh(u)


def _slope(u, y):  # type: ignore[no-untyped-def]  # compiled
    return np.float32(1) - y * y


@component
class Tanh:
    """Hyperbolic tangent, between -1 and 1.

        y = tanh(u),   sigma'(u) = 1 - y^2

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = (
        Kernel("activate", _value),
        Kernel("differentiate", _slope),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.tanh(current, out=activity)

    @hookimpl
    def differentiate(self, activity: Array, slope: Array) -> Array:
        np.square(activity, out=slope)
        return np.subtract(1, slope, out=slope)
