"""The threshold without a memory."""

from __future__ import annotations

from plasticity import Kernel, component
from plasticity.typing import Scalar


def _square(y: Scalar) -> Scalar:
    return y * y


def _mean(theta: Scalar, mean: Scalar, first: Scalar) -> Scalar:
    return mean


@component(source="squadrani2022effectiveness")
class BatchMean:
    """Threshold that is the mean squared activity of the batch at hand.

        theta = < y^2 >_batch

    Equal to `moving_average` with a memory of 0. With one sample a step it is y^2 itself, so it is
    for batches large enough to stand for the data.

    Source: what the published code of Squadrani et al., Entropy 24 (2022) 682, hands to its rule;
    the paper's own threshold is `moving_average`.
    """

    kernels = (Kernel("estimate_threshold", _mean, observe=_square),)
