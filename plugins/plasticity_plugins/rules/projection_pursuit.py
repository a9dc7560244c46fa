"""Rules that ascend an index of how far from Gaussian the activity is distributed.

Skewness tells asymmetry, kurtosis heavy tails. Each rule is the gradient of its index; a constant
factor, named with the index, belongs to the rate. With a linear activation the slope is 1, and with
a rectified one it changes nothing.
"""

from __future__ import annotations

import math
from typing import ClassVar, cast

import numpy as np

from plasticity import Rule, Variable, component, hookimpl, rule
from plasticity.typing import Array
from plasticity_plugins import bibliography_of_rules

# Written in 32 bits, they leave the numbers of a layer in their own type.
_THREE, _FOUR = cast(float, np.float32(3)), cast(float, np.float32(4))


@rule("intrator", source=bibliography_of_rules.INTRATOR_1990)
def intrator(y: float, theta: float, slope: float) -> float:
    """Intrator's projection index, which is large where the activity has several modes.

        R     = (E[y^3] - E[y^2]^2) / 3
        dw_ij = < y_i (y_i - 4/3 theta_i) sigma'(u_i) x_j >,   theta = E[y^2]

    The threshold bounds the weights, as in BCM; `ic92` ascends the same index with 1/4 in place of
    1/3 for the second term. y, theta and the slope are pure numbers. The threshold is
    `moving_average` or any other estimator of E[y^2].
    Source: Intrator, Advances in Neural Information Processing Systems 2 (1990) 719, for a linear
    neuron. The paper follows single samples; we take the mean of a batch.
    """
    return y * (y - _FOUR * theta / _THREE) * slope


@rule("s2", source=bibliography_of_rules.BLAIS_1998)
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


@rule("k2", source=bibliography_of_rules.BLAIS_1998)
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


@component(source=bibliography_of_rules.BLAIS_1998)
class S1(Rule):
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

    beside: ClassVar = {"threshold": "moments"}

    third_moment = Variable(("neuron",), intent="in", description="E[y^3]")
    phi = Variable(("neuron", "sample"), intent="scratch", description="phi of this rule alone")

    @hookimpl
    def modulate(self, activity: Array, slope: Array, threshold: Array, modulation: Array) -> None:
        np.subtract(activity, _ratio(self.third_moment, threshold), out=self.phi)
        self.phi *= activity
        self.phi *= slope
        self.phi *= _ratio(np.ones_like(threshold), threshold**1.5)
        modulation += self.phi


@component(source=bibliography_of_rules.BLAIS_1998)
class K1(Rule):
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

    beside: ClassVar = {"threshold": "moments"}

    fourth_moment = Variable(("neuron",), intent="in", description="E[y^4]")
    phi = Variable(("neuron", "sample"), intent="scratch", description="phi of this rule alone")

    @hookimpl
    def modulate(self, activity: Array, slope: Array, threshold: Array, modulation: Array) -> None:
        np.square(activity, out=self.phi)
        self.phi -= _ratio(self.fourth_moment, threshold)
        self.phi *= activity
        self.phi *= slope
        self.phi *= _ratio(np.ones_like(threshold), threshold**2)
        modulation += self.phi


def _ratio(above: Array, below: Array) -> Array:
    """The quotient of each neuron, as a column; 0 where the divisor is."""
    found: Array = np.divide(above, below, out=np.zeros_like(below), where=below > 0)
    return found[:, np.newaxis]
