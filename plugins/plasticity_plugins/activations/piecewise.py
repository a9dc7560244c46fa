"""Lines, one or several put together."""

import numpy as np

from plasticity import component
from plasticity.typing import Scalar
from plasticity_plugins.kernels import elementwise


def _linear(u: Scalar) -> Scalar:
    return u


def _linear_slope(u: Scalar, y: Scalar) -> Scalar:
    return np.float32(1)


@component
class Linear:
    """Linear activation.

        y = u,   sigma'(u) = 1

    The activity has the sign of the current, so a threshold that follows y^2 sees both signs alike.
    """

    kernels = elementwise(_linear, _linear_slope)


# y = gain c + offset + leak (u - c), where c is u held between low and high; at the corners the
# slope is leak.
def _three_lines(u, low, high, gain, offset, leak):  # type: ignore[no-untyped-def]  # compiled
    c = low if u < low else (high if u > high else u)
    return gain * c + offset + leak * (u - c)


def _three_slopes(u, y, low, high, gain, offset, leak):  # type: ignore[no-untyped-def]  # compiled
    return gain if low < u < high else leak


@component(source="squadrani2022effectiveness")
class Plse:
    """Logistic sigmoid made of three lines.

        y = 0.01 (u + 4)       for u < -4
        y = u / 8 + 1/2        between
        y = 0.01 (u - 4) + 1   for u > 4

    sigma'(u) = 1/8 between, else 0.01. Source: the code of Squadrani et al., which gives 1/8 at the
    corners, where we give 0.01.
    """

    kernels = elementwise(_three_lines, _three_slopes, -4.0, 4.0, 0.125, 0.5, 0.01)


@component(source="squadrani2022effectiveness")
class Hardtan:
    """Sigmoid between 0 and 1 made of three lines.

        y = 0 for u < -2.5,   0.2 u + 1/2 between,   1 for u > 2.5

    sigma'(u) = 0.2 between, else 0. Source: the code of Squadrani et al.; its derivative takes the
    activity for the current, and so is 0.2 everywhere.
    """

    kernels = elementwise(_three_lines, _three_slopes, -2.5, 2.5, 0.2, 0.5, 0.0)


@component(source="squadrani2022effectiveness")
class Lhtan:
    """Identity between 0 and 1, nearly flat beyond.

        y = 0.001 u for u < 0,   u between,   0.001 (u - 1) + 1 for u > 1

    sigma'(u) = 1 between, else 0.001. Source: the code of Squadrani et al.
    """

    kernels = elementwise(_three_lines, _three_slopes, 0.0, 1.0, 1.0, 0.0, 0.001)


def _stair(u: Scalar) -> Scalar:
    step = np.floor(u / np.float32(2))
    rise = u - (step + np.float32(1))
    return rise if rise > step else step


def _stair_slope(u: Scalar, y: Scalar) -> Scalar:
    step = np.floor(u / np.float32(2))
    return np.float32(1) if u - (step + np.float32(1)) > step else np.float32(0)


@component(source="squadrani2022effectiveness")
class Stair:
    """Stair: flat from each even number to the next odd one, rising by 1 from there.

        y = floor(u / 2)               where floor(u) is even
        y = u - floor(u / 2) - 1       where it is odd

    sigma'(u) = 0 where it is flat and at integers, else 1. Source: the code of Squadrani et
    al., which writes u - floor(u) + floor(u / 2), the same.
    """

    kernels = elementwise(_stair, _stair_slope)
