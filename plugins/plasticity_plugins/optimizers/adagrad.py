"""Steps divided by how large updates have been: Adagrad and its heirs."""

from __future__ import annotations

import numpy as np

from plasticity import Variable, component, setting
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.pace import Paced, fading, moves, small


def _shortened(w: Scalar, dw: Scalar, g: Scalar, pace: Scalar, epsilon: Scalar) -> Scalar:
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

    epsilon: float = small(1e-10, "root of the squares")

    squares = Variable(("neuron", "input"), description="sum G of the squared updates")

    kernels = moves(_shortened, "epsilon", state=("squares",), still=True)


def _shares(optimizer: RMSprop | Adadelta, batch: int) -> tuple[float, float]:
    return optimizer.memory, 1 - optimizer.memory


def _divided(w, dw, s, pace, memory, share, epsilon):  # type: ignore[no-untyped-def]  # compiled
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
    memory: float = fading(0.9, "the old mean square")
    epsilon: float = small(1e-8, "root mean square")

    square = Variable(("neuron", "input"), description="fading mean S of the squared updates")

    kernels = moves(_divided, _shares, "epsilon", state=("square",))


def _balanced(w, dw, s, d, pace, memory, share, epsilon):  # type: ignore[no-untyped-def]  # compiled
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
    memory: float = fading(0.95, "both old mean squares")
    epsilon: float = setting(
        default=1e-6,
        above=0,
        unit="square of an update",
        doc="added to both mean squares; its root is the size of the first steps",
        because="with 0 the first step, and so every one, is 0",
    )

    square = Variable(("neuron", "input"), description="fading mean S of the squared updates")
    steps = Variable(("neuron", "input"), description="fading mean D of the squared steps")

    kernels = moves(_balanced, _shares, "epsilon", state=("square", "steps"))
