"""The rules of Bienenstock, Cooper and Munro, in the forms that share the name BCM.

Below its threshold an active neuron weakens the synapses of its active inputs, above it they grow.
The forms differ in what else is in phi and in the threshold that belongs to them.
"""

from __future__ import annotations

from plasticity import rule
from plasticity_plugins import bibliography


@rule("lc94", source=bibliography.LAW_COOPER_1994)
def lc94(y: float, theta: float) -> float:
    """Law-Cooper form of BCM, in which a high threshold slows learning.

        dw_ij = < y_i (y_i - theta_i) x_j > / theta_i,   theta = E[y^2]

    y and theta are pure numbers. theta is 0 only for a neuron that was silent on every sample so
    far; its phi is the limit, 0. Source: Law & Cooper, PNAS 91 (1994) 7797, and
    Squadrani et al., Entropy 24 (2022) 682. The paper follows single samples; we take the mean of
    a batch.
    """
    return y * (y - theta) / theta if theta > 0 else 0.0


@rule("ic92", source=bibliography.INTRATOR_COOPER_1992)
def ic92(y: float, theta: float, slope: float) -> float:
    """Intrator-Cooper form of BCM (QBCM), the gradient of an objective function.

        dw_ij = < y_i (y_i - theta_i) sigma'(u_i) x_j >,   theta = E[y^2]

    It ascends R = E[y^3] / 3 - E[y^2]^2 / 4, so the slope of the activation belongs to it. The
    activation must have a derivative. y, theta and the slope are pure numbers.
    Source: Intrator & Cooper, Neural Networks 5 (1992) 3. The paper follows single samples; we take
    the mean of a batch. With lateral connections the gradient would hold (1 - L)^-1 too, which
    this local form leaves out.
    """
    return y * (y - theta) * slope


@rule("bcm82", source=bibliography.BIENENSTOCK_1982)
def bcm82(y: float, theta: float) -> float:
    """The first form of BCM, whose threshold is a power of the mean activity.

        dw_ij = < y_i (y_i - theta_i) x_j >,   theta = (E[y] / y0)^p

    The threshold is the component `power_of_mean`. y and theta are pure numbers.
    Source: Bienenstock, Cooper & Munro, Journal of Neuroscience 2 (1982) 32. The paper fixes only
    the signs of phi: below 0 under theta, above 0 over it, 0 at y = 0; the parabola is the simplest
    that has them. It follows single samples; we take the mean of a batch. Its decay of the weights
    is left to the transform `weight_decay`.
    """
    return y * (y - theta)
