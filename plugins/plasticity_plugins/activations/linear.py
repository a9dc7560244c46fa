"""The identity."""

from __future__ import annotations

from plasticity import component, hookimpl
from plasticity.typing import Array


@component
class Linear:
    """Linear activation.

        y = u,   sigma'(u) = 1

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        activity[...] = current
        return activity

    @hookimpl
    def differentiate(self, slope: Array) -> Array:
        slope.fill(1)
        return slope
