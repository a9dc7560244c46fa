"""Changes of an update: its size, or a decay of the weights."""

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.kernels import kernel

_FLOOR = 1e-30


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

    kernels = kernel("shape_update", _faded, "rate")


@component(source="oja1982simplified")
class OjaStabilizer:
    """Takes from the update what would make the weights of a neuron longer or shorter than 1.

        dw_ij <- dw_ij - < phi_i y_i > w_ij

    phi is what the rules of the layer add up to, without what they propose beside phi and d. With
    Hebb's rule this is Oja's. A linear neuron on which E[phi y] is above 0 keeps unit length.

    Source: Oja, Journal of Mathematical Biology 15 (1982) 267, for phi = y; stabilizer 1 of the
    simulator of Blais, which takes it from the weights after they have moved, a difference of the
    second order in the rate.
    """

    modulation = Variable(("neuron", "sample"), intent="in", description="phi / number of samples")

    @hookimpl
    def shape_update(self, weights: Array, activity: Array, update: Array) -> None:
        # The loop has divided phi by the number of samples, so the sum is the mean.
        decay = np.einsum("ib,ib->i", self.modulation, activity)
        update -= decay[:, np.newaxis] * weights
