"""Steps along the mean update: Adam and its kin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from plasticity import Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, bounded, fading, moves, small


def _corrected(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, t, rate, rate_min, rate_max, beta1, share1, fall1, beta2, share2, fall2, epsilon
):
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    # 1 - beta^t loses its digits in float32, while expm1 keeps them.
    correction1 = -np.expm1(-fall1 * type(rate)(t))
    correction2 = -np.expm1(-fall2 * type(rate)(t))
    return (beta1, share1, beta2, share2, pace / correction1, np.float32(1) / correction2, epsilon)


def _shares(beta: float) -> tuple[float, float, float]:
    return beta, 1 - beta, -math.log(beta) if beta > 0 else math.inf


def _numbers(adam: Adam, batch: int) -> tuple[float, ...]:
    return *_shares(adam.beta1), *_shares(adam.beta2), adam.epsilon


def _moved(w, dw, m, v, beta1, share1, beta2, share2, rate, correction, epsilon):  # type: ignore[no-untyped-def]  # compiled
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
    beta1: float = fading(0.9, "the old mean")
    beta2: float = fading(0.999, "the old mean square")
    epsilon: float = small(1e-8, "root mean square")

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")
    square = Variable(("neuron", "input"), description="fading mean V of the squared updates")
    count = Variable((), dtype="int64", description="updates done t")

    kernels = moves(_moved, _numbers, before=_corrected, state=("mean", "square"), count="count")


def _decay(default: float) -> Any:
    return setting(
        default=default,
        low=0,
        unit="1/rate",
        doc="share of the weights lost at each update, over the rate",
        because="weights would grow by themselves",
    )


_adam_corrected = njit(error_model="numpy")(_corrected)
_adam_moved = njit(error_model="numpy")(_moved)


def _corrected_with_fade(rate_factor, t, rate, rate_min, rate_max, fade, *betas):  # type: ignore[no-untyped-def]  # compiled
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    return pace * fade, *_adam_corrected(rate_factor, t, rate, rate_min, rate_max, *betas)


def _moved_and_faded(w, dw, m, v, fade, *prepared):  # type: ignore[no-untyped-def]  # compiled
    return _adam_moved(w - fade * w, dw, m, v, *prepared)


@component(source="loshchilov2019decoupled", label="adamw")
class AdamW(Adam):
    """Adam's step, and beside it a decay of the weights that Adam does not divide.

        W <- W + r_t (M / (1 - beta1^t)) / (sqrt(V / (1 - beta2^t)) + epsilon) - r_t weight_decay W

    t, M, V and r_t are those of Adam.

    Source: Loshchilov & Hutter, ICLR 2019, algorithm 2. Its lambda, which the schedule multiplies
    and the rate does not, is our rate * weight_decay: common libraries and the settings published
    with them have the rate in it, and so have we.
    """

    weight_decay: float = _decay(0.01)

    kernels = moves(
        _moved_and_faded,
        "weight_decay",
        _numbers,
        before=_corrected_with_fade,
        state=("mean", "square"),
        count="count",
    )


def _corrected_once(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, t, rate, rate_min, rate_max, beta1, share, fall, beta2, epsilon
):
    # 1 - beta^t loses its digits in float32, while expm1 keeps them.
    correction = -np.expm1(-fall * type(rate)(t))
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    return pace / correction, beta1, share, beta2, epsilon


def _moved_by_largest(w, dw, m, u, rate, beta1, share, beta2, epsilon):  # type: ignore[no-untyped-def]  # compiled
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
    beta1: float = fading(0.9, "the old mean")
    beta2: float = setting(
        default=0.999,
        low=0,
        below=1,
        doc="share of the old largest update kept at each update",
        because="a largest update that never fades ends the learning",
    )
    epsilon: float = small(1e-8, "size of an update")

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")
    largest = Variable(("neuron", "input"), description="largest update U, fading")
    count = Variable((), dtype="int64", description="updates done t")

    kernels = moves(
        _moved_by_largest,
        lambda self, batch: (*_shares(self.beta1), self.beta2, self.epsilon),
        before=_corrected_once,
        state=("mean", "largest"),
        count="count",
    )


def _lion_pace(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, rate, rate_min, rate_max, beta1, share1, beta2, share2, weight_decay
):
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    return pace, pace * weight_decay, beta1, share1, beta2, share2


def _lion_numbers(lion: Lion, batch: int) -> tuple[float, ...]:
    return lion.beta1, 1 - lion.beta1, lion.beta2, 1 - lion.beta2, lion.weight_decay


def _moved_by_sign(w, dw, m, pace, fade, beta1, share1, beta2, share2):  # type: ignore[no-untyped-def]  # compiled
    direction = np.sign(beta1 * m + share1 * dw)
    return w + pace * direction - fade * w, beta2 * m + share2 * dw


@component(source="chen2023symbolic")
class Lion(Paced):
    """Step of one length along the sign of the mean update.

        C = beta1 M + (1 - beta1) dW
        W <- W + r_t (sign(C) - weight_decay W)
        M <- beta2 M + (1 - beta2) dW

    r_t is the rate of the step, see `Paced`; M starts at 0, and sign(0) = 0. Each weight moves by
    r_t, so the rate is best 3 to 10 times smaller than Adam's.

    Source: Chen et al., NeurIPS 2023, arXiv 2302.06675, algorithm 2, with its defaults. The update
    points where the weights shall go, so the sign is plus.
    """

    rate: float = setting(default=0.0001, above=0, doc="learning rate", because="0 learns nothing")
    beta1: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share of the mean in the direction of a step",
        because="a direction without the update learns nothing from it",
    )
    beta2: float = fading(0.99, "the old mean")
    weight_decay: float = _decay(0.0)

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")

    kernels = moves(_moved_by_sign, _lion_numbers, before=_lion_pace, state=("mean",))
