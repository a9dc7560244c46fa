"""A threshold that does not move."""

from __future__ import annotations

from plasticity import Kernel, component, hookimpl, setting
from plasticity.typing import Array


def _itself(y):  # type: ignore[no-untyped-def]  # compiled
    return y


def _value(theta, mean, first, value):  # type: ignore[no-untyped-def]  # compiled
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

    @hookimpl
    def estimate_threshold(self, threshold: Array) -> Array:
        threshold.fill(self.value)
        return threshold
