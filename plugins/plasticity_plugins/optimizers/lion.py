"""A step of one length for all weights, along the sign of the mean update."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, bounded


def _pace(  # type: ignore[no-untyped-def]  # compiled
    rate_factor, rate, rate_min, rate_max, beta1, share1, beta2, share2, weight_decay
):
    pace = bounded(rate_factor, rate, rate_min, rate_max)
    return pace, pace * weight_decay, beta1, share1, beta2, share2


def _numbers(lion: Lion, batch: int) -> tuple[float, ...]:
    betas = (lion.beta1, 1 - lion.beta1, lion.beta2, 1 - lion.beta2)
    return *lion.pace_numbers(), *betas, lion.weight_decay


def _moved(w, dw, m, pace, fade, beta1, share1, beta2, share2):  # type: ignore[no-untyped-def]  # compiled
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
    beta2: float = setting(
        default=0.99,
        low=0,
        below=1,
        doc="share of the old mean kept at each update",
        because="a mean that keeps everything takes in nothing",
    )
    weight_decay: float = setting(
        default=0.0,
        low=0,
        unit="1/rate",
        doc="share of the weights lost at each update, over the rate",
        because="weights would grow by themselves",
    )

    mean = Variable(("neuron", "input"), description="fading mean M of the updates")

    kernels = (Kernel("apply_update", _moved, before=_pace, state=("mean",), parameters=_numbers),)
