"""A step divided by how large updates have been of late."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity_plugins.optimizers.pace import Paced, paced


def _moved(w, dw, s, pace, memory, share, epsilon):  # type: ignore[no-untyped-def]  # compiled
    s = memory * s + share * dw * dw
    return w + pace * dw / (np.sqrt(s) + epsilon), s


@component(source="tieleman2012lecture", label="rmsprop")
class RMSprop(Paced):
    """Step along the update, divided by the root of its fading mean square.

        S <- memory S + (1 - memory) dW^2
        W <- W + r_t dW / (sqrt(S) + epsilon)

    r_t is the rate of the step, see `Paced`; S starts at 0 and is not corrected for it, so the
    first step is 1 / sqrt(1 - memory) times as long.

    Source: Tieleman & Hinton, lecture 6.5 of a course (2012), where memory is 0.9; the epsilon is
    added. The update points where the weights shall go, so the sign is plus.
    """

    rate: float = setting(default=0.001, above=0, doc="learning rate", because="0 learns nothing")
    memory: float = setting(
        default=0.9,
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

    square = Variable(("neuron", "input"), description="fading mean S of the squared updates")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=paced,
            state=("square",),
            parameters=lambda self, batch: (
                *self.pace_numbers(),
                self.memory,
                1 - self.memory,
                self.epsilon,
            ),
        ),
    )
