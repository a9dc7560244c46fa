"""A step whose length each weight sets for itself."""

from __future__ import annotations

import math

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, bounded


def corrected(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, t, rate, rate_min, rate_max, beta1, share1, fall1, beta2, share2, fall2, epsilon
):
    """Return, once a step, the numbers for `moved`."""
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    # 1 - beta^t loses its digits in float32, while expm1 keeps them.
    correction1 = -np.expm1(-fall1 * type(rate)(t))
    correction2 = -np.expm1(-fall2 * type(rate)(t))
    return (beta1, share1, beta2, share2, pace / correction1, np.float32(1) / correction2, epsilon)


def numbers_of(adam: Adam, batch: int) -> tuple[float, ...]:
    """Return the numbers that `corrected` gets."""
    numbers = [*adam.pace_numbers()]
    for beta in (adam.beta1, adam.beta2):
        numbers += [beta, 1 - beta, -math.log(beta) if beta > 0 else math.inf]
    return (*numbers, adam.epsilon)


def moved(w, dw, m, v, beta1, share1, beta2, share2, rate, correction, epsilon):  # type: ignore[no-untyped-def]  # compiled
    """Return the new weight, mean and mean square of a weight."""
    m = beta1 * m + share1 * dw
    v = beta2 * v + share2 * dw * dw
    return w + rate * m / (np.sqrt(v * correction) + epsilon), m, v


@component(source="kingma2015adam")
class Adam(Paced):
    """Step along the mean update, divided by the root of its mean square.

        t <- t + 1
        M <- beta1 M + (1 - beta1) dW
        V <- beta2 V + (1 - beta2) dW^2
        W <- W + r_t (M / (1 - beta1^t)) / (sqrt(V / (1 - beta2^t)) + epsilon)

    r_t is the rate of the step, see `Paced`; M, V and t start at 0. t counts the updates of this
    layer alone.

    Source: Kingma & Ba, ICLR 2015, algorithm 1, with the paper's defaults. The update points where
    the weights shall go, so the sign is plus.
    """

    rate: float = setting(default=0.001, above=0, doc="learning rate", because="0 learns nothing")
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
        doc="share of the old mean square kept at each update",
        because="a mean that keeps everything takes in nothing",
    )
    epsilon: float = setting(
        default=1e-8,
        above=0,
        doc="added to the root mean square",
        because="a weight that never got an update would divide 0 by 0",
    )

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")
    square = Variable(("neuron", "input"), description="fading mean V of the squared updates")
    count = Variable((), dtype="int64", description="updates done t")

    kernels = (
        Kernel(
            "apply_update",
            moved,
            before=corrected,
            state=("mean", "square"),
            count="count",
            parameters=numbers_of,
        ),
    )
