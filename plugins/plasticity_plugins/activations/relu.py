"""The rectifier."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component
from plasticity.typing import Scalar


def _value(u: Scalar) -> Scalar:
    # In this form, and not with <=, the processor has one instruction for it.
    return np.float32(0) if u < 0 else u


def _slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1) if u > 0 else np.float32(0)


@component(source="nair2010rectified")
class Relu:
    """Rectified linear activation.

        y = max(u, 0),   sigma'(u) = 1 for u > 0, else 0

    Source: Nair & Hinton, International Conference on Machine Learning 27 (2010) 807.
    """

    kernels = (Kernel("activate", _value), Kernel("differentiate", _slope))
