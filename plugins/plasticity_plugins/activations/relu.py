"""The rectifier."""

from __future__ import annotations

import numpy as np

from plasticity import component, hookimpl
from plasticity.typing import Array


@component
class Relu:
    """Rectified linear activation.

    y = max(u, 0),   sigma'(u) = 1 for u > 0, else 0
    """

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.maximum(current, 0, out=activity)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        return np.greater(current, 0, out=slope, casting="unsafe")
