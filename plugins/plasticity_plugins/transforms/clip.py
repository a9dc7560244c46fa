"""Updates of limited size."""

from __future__ import annotations

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _clipped(dw: Scalar, w: Scalar, limit: Scalar) -> Scalar:
    return min(max(dw, -limit), limit)


@component
class Clip:
    """Limits the update of each weight.

        dW <- min(max(dW, -limit), limit)

    This changes the direction of the whole update, which dividing by its largest value keeps.
    """

    limit: float = setting(
        default=1.0, above=0, doc="largest absolute value", because="0 learns nothing"
    )

    kernels = (
        Kernel("shape_update", _clipped, parameters=lambda self, batch: (self.limit,), still=True),
    )
