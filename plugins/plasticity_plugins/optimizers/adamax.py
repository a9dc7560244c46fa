"""Adam with the largest of the past updates in place of their mean square."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, bounded


def _corrected(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, t, rate, rate_min, rate_max, beta1, share, fall, beta2, epsilon
):
    # 1 - beta^t loses its digits in float32, while expm1 keeps them.
    correction = -np.expm1(-fall * type(rate)(t))
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    return pace / correction, beta1, share, beta2, epsilon


def _numbers(adamax: Adamax, batch: int) -> tuple[float, ...]:
    beta1 = adamax.beta1
    fall = -math.log(beta1) if beta1 > 0 else math.inf
    return *adamax.pace_numbers(), beta1, 1 - beta1, fall, adamax.beta2, adamax.epsilon


def _moved(w, dw, m, u, rate, beta1, share, beta2, epsilon):  # type: ignore[no-untyped-def]  # compiled
    m = beta1 * m + share * dw
    u = max(beta2 * u, abs(dw) + epsilon)
    return w + rate * m / u, m, u


@component(source="kingma2015adam")
class Adamax(Paced):
    """Step along the mean update, divided by the largest one, which fades.

        t <- t + 1
        M <- beta1 M + (1 - beta1) dW
        U <- max(beta2 U, |dW| + epsilon)
        W <- W + r_t (M / (1 - beta1^t)) / U

    r_t is the rate of the step, see `Paced`; M, U and t start at 0. t counts the updates of this
    layer alone.

    Source: Kingma & Ba, ICLR 2015, algorithm 2, with the paper's defaults. The epsilon is added, as
    common libraries do: without it a weight that never got an update divides 0 by 0. The update
    points where the weights shall go, so the sign is plus.
    """

    rate: float = setting(default=0.002, above=0, doc="learning rate", because="0 learns nothing")
    beta1: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share of the old mean kept at each update",
        because="a mean that keeps everything takes in nothing",
    )
    beta2: float = setting(
        default=0.999,
        low=0,
        below=1,
        doc="share of the old largest update kept at each update",
        because="a largest update that never fades ends the learning",
    )
    epsilon: float = setting(
        default=1e-8,
        above=0,
        doc="added to the size of an update",
        because="a weight that never got an update would divide 0 by 0",
    )

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")
    largest = Variable(("neuron", "input"), description="largest update U, fading")
    count = Variable((), dtype="int64", description="updates done t")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=_corrected,
            state=("mean", "largest"),
            count="count",
            parameters=_numbers,
        ),
    )
