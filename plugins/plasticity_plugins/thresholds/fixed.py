"""A threshold that does not move."""

from __future__ import annotations

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _itself(y: Scalar) -> Scalar:
    return y


def _value(theta: Scalar, mean: Scalar, first: Scalar, value: Scalar) -> Scalar:
    return value


@component
class Fixed:
    """Threshold of one value for all neurons and all time.

        theta = value

    With a fixed threshold BCM is unstable: what is above it grows without bound. Add a constraint.
    """

    value: float = setting(
        default=1.0, above=0, doc="the threshold", because="the Law-Cooper rule divides by it"
    )

    kernels = (
        Kernel(
            "estimate_threshold",
            _value,
            observe=_itself,
            parameters=lambda self, batch: (self.value,),
        ),
    )
