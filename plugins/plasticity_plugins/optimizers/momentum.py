"""A step that remembers the steps before it."""

from __future__ import annotations

from plasticity import Kernel, Variable, component, setting
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.pace import Paced, paced


def _moved(w: Scalar, dw: Scalar, v: Scalar, pace: Scalar, momentum: Scalar) -> Scalar:
    v = momentum * v + pace * dw
    return w + v, v


@component(source="polyak1964methods")
class Momentum(Paced):
    """Step along a fading sum of the updates so far (heavy ball).

        V <- momentum V + r_t dW
        W <- W + V

    r_t is the rate of the step, see `Paced`; V starts at 0. The rate is inside the sum, so a change
    of rate fades in. Where a phase learns nothing, V waits unchanged.

    Source: Polyak, USSR Comput. Math. Math. Phys. 4 (1964) 1. The update points where the weights
    shall go, so the sign is plus.
    """

    momentum: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share of the last step that is taken again",
        because="a momentum of 1 never slows down",
    )

    velocity = Variable(("neuron", "input"), description="the last step V")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=paced,
            state=("velocity",),
            parameters=lambda self, batch: (*self.pace_numbers(), self.momentum),
        ),
    )
