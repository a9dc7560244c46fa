"""A step that shortens where much has been learned."""

from __future__ import annotations

import numpy as np

from plasticity import Kernel, Variable, component, setting
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.pace import Paced, paced


def _moved(w: Scalar, dw: Scalar, g: Scalar, pace: Scalar, epsilon: Scalar) -> Scalar:
    g = g + dw * dw
    return w + pace * dw / (np.sqrt(g) + epsilon), g


@component(source="duchi2011adaptive")
class Adagrad(Paced):
    """Step along the update, divided by the root of all its squares so far.

        G <- G + dW^2
        W <- W + r_t dW / (sqrt(G) + epsilon)

    r_t is the rate of the step, see `Paced`; G starts at 0.

    Source: Duchi, Hazan & Singer, JMLR 12 (2011) 2121, the diagonal form, with delta = epsilon
    beside the root. The update points where the weights shall go, so the sign is plus.
    """

    epsilon: float = setting(
        default=1e-10,
        above=0,
        doc="added to the root of the squares",
        because="a weight that never got an update would divide 0 by 0",
    )

    squares = Variable(("neuron", "input"), description="sum G of the squared updates")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=paced,
            state=("squares",),
            parameters=lambda self, batch: (*self.pace_numbers(), self.epsilon),
            still=True,
        ),
    )
