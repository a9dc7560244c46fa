"""The rectifier."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array


def _value(u):  # type: ignore[no-untyped-def]  # compiled
    # In this form, and not with <=, the processor has one instruction for it.
    return np.float32(0) if u < 0 else u


def _slope(u, y):  # type: ignore[no-untyped-def]  # compiled
    return np.float32(1) if u > 0 else np.float32(0)


@component(source="nair2010rectified")
class Relu:
    """Rectified linear activation.

        y = max(u, 0),   sigma'(u) = 1 for u > 0, else 0

    Source: Nair & Hinton, International Conference on Machine Learning 27 (2010) 807.
    """

    kernels = (
        Kernel("activate", _value),
        Kernel("differentiate", _slope),
    )

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        return np.maximum(current, 0, out=activity)

    @hookimpl
    def differentiate(self, current: Array, slope: Array) -> Array:
        return np.greater(current, 0, out=slope, casting="unsafe")
