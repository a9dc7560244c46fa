"""Updates of limited size."""

from __future__ import annotations

from plasticity import component, setting
from plasticity.typing import Scalar
from plasticity_plugins.kernels import kernel


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

    kernels = kernel("shape_update", _clipped, "limit", still=True)


_FLOOR = 1e-30


def _divided(dw: Scalar, w: Scalar, largest: Scalar, floor: Scalar) -> Scalar:
    return dw / max(largest, floor)


@component(source="krotov2019unsupervised")
class MaxAbs:
    """Divides the update by its largest absolute value over all weights of the layer.

        dW <- dW / max(max_ij |dW_ij|, 1e-30)

    The weight that changes most then changes by the learning rate. An update of zeros stays 0.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, as in the code they published.
    """

    kernels = kernel("shape_update", _divided, _FLOOR, peak=True, still=True)
