"""The moments of the activity, for rules that need more than its mean square."""

from __future__ import annotations

from plasticity import Kernel, Variable, component
from plasticity.typing import Scalar
from plasticity_plugins.thresholds.fading import Fading


def _square(y: Scalar) -> Scalar:
    return y * y


def _cube(y: Scalar) -> Scalar:
    return y * y * y


def _fourth(y: Scalar) -> Scalar:
    return y * y * y * y


def _faded(theta, third, fourth, squares, cubes, fourths, first, gamma, share):  # type: ignore[no-untyped-def]  # compiled
    if first:
        theta, third, fourth = squares, cubes, fourths
    return (
        gamma * theta + share * squares,
        gamma * third + share * cubes,
        gamma * fourth + share * fourths,
    )


def _numbers(estimator: Moments, batch: int) -> tuple[float, ...]:
    gamma = estimator.gamma(batch)
    return gamma, 1 - gamma


@component(source="blais1998receptive")
class Moments(Fading):
    """Threshold E[y^2], and beside it E[y^3] and E[y^4], each a mean with a fading memory.

        m_k <- gamma m_k + (1 - gamma) < y^k >_batch,   k = 2, 3, 4;   theta = m_2

    Before the first step each is the first batch's own mean. The rules of the same step see the new
    values: `s1` and `k1` need them, and every rule that reads a threshold can be beside them.
    The third moment has the sign of the activity's skewness.

    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797, whose indices are
    made of these moments; the estimate is that of `moving_average`.
    """

    third_moment = Variable(("neuron",), intent="out", description="E[y^3], with a fading memory")
    fourth_moment = Variable(("neuron",), intent="out", description="E[y^4], with a fading memory")

    kernels = (
        Kernel(
            "estimate_threshold",
            _faded,
            observe=(_square, _cube, _fourth),
            state=("third_moment", "fourth_moment"),
            parameters=_numbers,
        ),
    )
