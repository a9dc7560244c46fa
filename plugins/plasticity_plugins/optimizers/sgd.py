"""Gradient descent's plain step."""

from __future__ import annotations

from plasticity import component
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.pace import Paced, moves


def _moved(w: Scalar, dw: Scalar, pace: Scalar) -> Scalar:
    return w + pace * dw


@component(source="robbins1951stochastic")
class SGD(Paced):
    """Plain step along the update.

        W <- W + r_t dW

    r_t is the rate of the step, see `Paced`. The update points where the weights shall go, so the
    sign is plus.

    Source: Robbins & Monro, Annals of Mathematical Statistics 22 (1951) 400, for steps along what
    single samples say.
    """

    kernels = moves(_moved, still=True)
