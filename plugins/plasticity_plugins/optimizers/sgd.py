"""A plain step, and steps that remember the steps before them."""

from plasticity import Variable, component, setting
from plasticity.typing import Scalar
from plasticity_plugins.optimizers.pace import Paced, moves


def _stepped(w: Scalar, dw: Scalar, pace: Scalar) -> Scalar:
    return w + pace * dw


@component(source="robbins1951stochastic")
class SGD(Paced):
    """Plain step along the update.

        W <- W + r_t dW

    r_t is the rate of the step, see `Paced`. The update points where the weights shall go, so the
    sign is plus.

    Source: Robbins & Monro, Annals of Mathematical Statistics 22 (1951) 400, for steps along what
    single samples say.
    """

    kernels = moves(_stepped, still=True)


def _rolled(w: Scalar, dw: Scalar, v: Scalar, pace: Scalar, momentum: Scalar) -> Scalar:
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

    kernels = moves(_rolled, "momentum", state=("velocity",))


def _looked_ahead(w: Scalar, dw: Scalar, v: Scalar, pace: Scalar, momentum: Scalar) -> Scalar:
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

    kernels = moves(_looked_ahead, "momentum", state=("velocity",))
