"""Samples of one length."""

from __future__ import annotations

import math
from typing import ClassVar

from plasticity import Kernel, component, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import exact


@exact
def scaled_to_unit_length(x: Array, step: Scalar, sample: Scalar, p: Scalar) -> None:
    """Divide x (input,) by its p-norm, unless that is 0."""
    largest = abs(x[0])
    for j in range(len(x)):
        largest = max(largest, abs(x[j]))
    if largest == 0:
        return
    # Of numbers up to 1, so that no power is too large or too small for its type.
    total = 0.0
    for j in range(len(x)):
        total += (abs(x[j]) / largest) ** p
    length = x.dtype.type(largest * total ** (1 / p)) if p < math.inf else largest
    for j in range(len(x)):
        x[j] /= length


@component
class UnitLength:
    """Samples divided by their length.

        x_bj <- x_bj / |x_b|_p,  |x_b|_p = (sum_j |x_bj|^p)^(1/p)

    A sample of zeros stays as it is. p = inf divides by the largest value. Metrics see the inputs
    with it.
    """

    p: float = setting(default=2.0, low=1, doc="of the norm; inf for the largest value")

    once: ClassVar[bool] = True

    kernels = (
        Kernel("encode", scaled_to_unit_length, parameters=lambda self, batch: (float(self.p),)),
    )
