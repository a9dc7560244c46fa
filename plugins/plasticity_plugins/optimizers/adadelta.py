"""A step in the unit of the weights, without a rate to choose."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, paced


def _moved(w, dw, s, d, pace, memory, share, epsilon):  # type: ignore[no-untyped-def]  # compiled
    s = memory * s + share * dw * dw
    step = np.sqrt((d + epsilon) / (s + epsilon)) * dw
    return w + pace * step, s, memory * d + share * step * step


@component(source="zeiler2012adadelta")
class Adadelta(Paced):
    """Step along the update, scaled by the size of the last steps over that of the last updates.

        S <- memory S + (1 - memory) dW^2
        step = sqrt(D + epsilon) / sqrt(S + epsilon) dW
        W <- W + r_t step
        D <- memory D + (1 - memory) step^2

    r_t is the rate of the step, see `Paced`; S and D start at 0, so the first steps are of the size
    of sqrt(epsilon).

    Source: Zeiler, arXiv 1212.5701, algorithm 1, with a memory of 0.95 (figure 1) and no rate: 1.
    The update points where the weights shall go, so the sign is plus.
    """

    rate: float = setting(default=1.0, above=0, doc="learning rate", because="0 learns nothing")
    memory: float = setting(
        default=0.95,
        low=0,
        below=1,
        doc="share of both old mean squares kept at each update",
        because="a mean that keeps everything takes in nothing",
    )
    epsilon: float = setting(
        default=1e-6,
        above=0,
        unit="square of an update",
        doc="added to both mean squares; its root is the size of the first steps",
        because="with 0 the first step, and so every one, is 0",
    )

    square = Variable(("neuron", "input"), description="fading mean S of the squared updates")
    steps = Variable(("neuron", "input"), description="fading mean D of the squared steps")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=paced,
            state=("square", "steps"),
            parameters=lambda self, batch: (
                *self.pace_numbers(),
                self.memory,
                1 - self.memory,
                self.epsilon,
            ),
        ),
    )
