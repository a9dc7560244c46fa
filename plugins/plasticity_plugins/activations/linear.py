"""The identity."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component
from plasticity.typing import Scalar


def _value(u: Scalar) -> Scalar:
    return u


def _slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1)


@component
class Linear:
    """Linear activation.

        y = u,   sigma'(u) = 1

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = (Kernel("activate", _value), Kernel("differentiate", _slope))
