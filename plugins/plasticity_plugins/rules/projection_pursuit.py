"""Rules that ascend an index of non-Gaussian activity.

Skewness tells asymmetry, kurtosis heavy tails. Each rule is the gradient of its index; a constant
factor, named with the index, belongs to the rate. With a linear activation the slope is 1, and with
a rectified one it changes nothing.
"""

import math
from typing import cast

import numpy as np

from plasticity import rule

_MOMENTS = {"threshold": "moments"}

# Written in 32 bits, they leave the numbers of a layer in their own type.
_THREE, _FOUR = cast(float, np.float32(3)), cast(float, np.float32(4))


@rule("intrator", source="intrator1990neural")
def intrator(y: float, theta: float, slope: float) -> float:
    """Intrator's projection index, which is large for multimodal activity.

        R     = (E[y^3] - E[y^2]^2) / 3
        dw_ij = < y_i (y_i - 4/3 theta_i) sigma'(u_i) x_j >,   theta = E[y^2]

    The threshold bounds the weights, as in BCM; `ic92` ascends the same index with 1/4 in place of
    1/3 for the second term. y, theta and the slope are pure numbers. The threshold is
    `moving_average` or any other estimator of E[y^2].
    Source: Intrator, Advances in Neural Information Processing Systems 2 (1990) 719, for a linear
    neuron. The paper follows single samples; we take the mean of a batch.
    """
    return y * (y - _FOUR * theta / _THREE) * slope


@rule("s2", source="blais1998receptive")
def s2(y: float, theta: float, slope: float) -> float:
    """Skewness by subtraction (S2).

        R     = E[y^3] - E[y^2]^1.5
        dw_ij = < y_i (y_i - sqrt(theta_i)) sigma'(u_i) x_j > = dR / dw_ij / 3,   theta = E[y^2]

    R grows with the third power of the weights, so nothing bounds them: add the constraint
    `row_norm`. y, theta and the slope are pure numbers. The threshold is `moving_average` or any
    other estimator of E[y^2].
    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797. The paper follows
    single samples; we take the mean of a batch.
    """
    return y * (y - math.sqrt(theta)) * slope


@rule("k2", source="blais1998receptive")
def k2(y: float, theta: float, slope: float) -> float:
    """Kurtosis by subtraction (K2), the fourth cumulant.

        R     = E[y^4] - 3 E[y^2]^2
        dw_ij = < y_i (y_i^2 - 3 theta_i) sigma'(u_i) x_j > = dR / dw_ij / 4,   theta = E[y^2]

    R grows with the fourth power of the weights, so nothing bounds them: add the constraint
    `row_norm`. y, theta and the slope are pure numbers. The threshold is `moving_average` or any
    other estimator of E[y^2].
    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797. The paper follows
    single samples; we take the mean of a batch.
    """
    return y * (y * y - _THREE * theta) * slope


@rule("s1", source="blais1998receptive", reads={"third": "third_moment"}, beside=_MOMENTS)
def s1(y: float, theta: float, third: float, slope: float) -> float:
    """Skewness by division (S1).

        R     = E[y^3] / E[y^2]^1.5
        dw_ij = < y_i (y_i - E[y_i^3] / E[y_i^2]) sigma'(u_i) x_j > / E[y_i^2]^1.5
              = dR / dw_ij / 3

    For a linear neuron R does not depend on the length of the weights, which no step shortens: add
    the constraint `row_norm`. The moments are those of the threshold `moments`, which the layer
    needs. A neuron that was silent on every sample so far does not learn.

    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797. The paper follows
    single samples; we take the mean of a batch.
    """
    if theta <= 0:
        return theta * 0
    return y * (y - third / theta) * slope / (theta * math.sqrt(theta))


@rule("k1", source="blais1998receptive", reads={"fourth": "fourth_moment"}, beside=_MOMENTS)
def k1(y: float, theta: float, fourth: float, slope: float) -> float:
    """Kurtosis by division (K1).

        R     = E[y^4] / E[y^2]^2
        dw_ij = < y_i (y_i^2 - E[y_i^4] / E[y_i^2]) sigma'(u_i) x_j > / E[y_i^2]^2
              = dR / dw_ij / 4

    For a linear neuron R does not depend on the length of the weights, which no step shortens: add
    the constraint `row_norm`. The moments are those of the threshold `moments`, which the layer
    needs. A neuron that was silent on every sample so far does not learn.

    Source: Blais, Intrator, Shouval & Cooper, Neural Computation 10 (1998) 1797. The paper follows
    single samples; we take the mean of a batch.
    """
    if theta <= 0:
        return theta * 0
    return y * (y * y - fourth / theta) * slope / (theta * theta)
