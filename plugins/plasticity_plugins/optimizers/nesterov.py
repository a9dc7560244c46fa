"""A step that remembers the steps before it, and looks ahead along them."""

from __future__ import annotations

from plasticity import Kernel, component
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.momentum import Momentum
from plasticity_plugins.optimizers.pace import paced


def _moved(w: Scalar, dw: Scalar, v: Scalar, pace: Scalar, momentum: Scalar) -> Scalar:
    v = momentum * v + pace * dw
    return w + momentum * v + pace * dw, v


@component(source="nesterov1983method")
class Nesterov(Momentum):
    """Step along a fading sum of the updates, each taken at the place to which the sum leads.

        V <- momentum V + r_t dW
        W <- W + momentum V + r_t dW

    r_t is the rate of the step, see `Paced`; V starts at 0.

    Source: Nesterov, Soviet Math. Dokl. 27 (1983) 372, who takes the update at Theta + momentum V
    and moves Theta by the new V. W is that place ahead, Theta + momentum V: the neurons respond
    with the weights at which the update is taken (Bengio et al., arXiv 1212.0901, equation 7). The
    update points where the weights shall go, so the sign is plus.
    """

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=paced,
            state=("velocity",),
            parameters=lambda self, batch: (*self.pace_numbers(), self.momentum),
        ),
    )
