"""The identity."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array


def _value(u):  # type: ignore[no-untyped-def]  # compiled
    return u


def _slope(u, y):  # type: ignore[no-untyped-def]  # compiled
    return np.float32(1)


@component
class Linear:
    """Linear activation.

        y = u,   sigma'(u) = 1

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = (
        Kernel("activate", _value),
        Kernel("differentiate", _slope),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        activity[...] = current
        return activity

    @hookimpl
    def differentiate(self, slope: Array) -> Array:
        slope.fill(1)
        return slope
