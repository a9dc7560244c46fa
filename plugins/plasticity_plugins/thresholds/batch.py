"""The threshold without a memory."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, component, hookimpl
from plasticity.typing import Array


def _square(y):  # type: ignore[no-untyped-def]  # compiled
    return y * y


def _mean(theta, mean, first):  # type: ignore[no-untyped-def]  # compiled
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

    @hookimpl
    def estimate_threshold(self, activity: Array, threshold: Array) -> Array:
        return np.mean(np.square(activity), axis=1, out=threshold)
