"""Weights that fade."""

from __future__ import annotations

from plasticity import Kernel, component, setting
from plasticity.typing import Scalar


def _faded(dw: Scalar, w: Scalar, rate: Scalar) -> Scalar:
    return dw - rate * w


@component(source="krogh1992simple")
class WeightDecay:
    """Takes a share of the weights from the update, so that what is not learned again fades.

        dW <- dW - rate W

    The decay then passes through the transforms that follow and the optimizer: with sgd a weight
    that learns nothing shrinks by the share rate_sgd f_t rate a step; with adam it is the decay of
    a penalty (L2), not the decoupled one.

    The published code of Squadrani et al. (C++) takes the decay from an update that it has already
    negated, so that there the weights grow.

    Source: Krogh & Hertz, Advances in Neural Information Processing Systems 4 (1992) 950.
    """

    rate: float = setting(
        default=0.01, low=0, doc="decay per unit of learning", because="weights would grow"
    )

    kernels = (Kernel("shape_update", _faded, parameters=lambda self, batch: (self.rate,)),)
