"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array, Scalar


def _value(u: Scalar) -> Scalar:
    return np.tanh(u)


def _slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1) - y * y


@component
class Tanh:
    """Hyperbolic tangent, between -1 and 1.

        y = tanh(u),   sigma'(u) = 1 - y^2

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = (Kernel("activate", _value), Kernel("differentiate", _slope))

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.tanh(current, out=activity)
