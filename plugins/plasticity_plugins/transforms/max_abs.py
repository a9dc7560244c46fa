"""Updates of unit size."""

from __future__ import annotations

from plasticity import Kernel, component
from plasticity.typing import Scalar

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

    kernels = (
        Kernel(
            "shape_update",
            _divided,
            parameters=lambda self, batch: (_FLOOR,),
            peak=True,
            still=True,
        ),
    )
