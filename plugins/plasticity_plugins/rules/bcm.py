"""The rules of Bienenstock, Cooper and Munro, in the forms that share the name BCM.

Below its threshold an active neuron weakens the synapses of its active inputs, above it they grow.
The forms differ in what else is in phi and in the threshold that belongs to them.
"""

from typing import cast

import numpy as np

from plasticity import rule, setting

# Written in 32 bits, it leaves the numbers of a layer in its own type.
_EPSILON = cast(float, np.float32(1e-30))

_OFFSET = setting(default=0.0, doc="y0, the activity that counts as rest")
_DECAY = setting(
    default=0.0, low=0, doc="gamma, share of the weights lost", because="weights would grow"
)


@rule("lc94", source="law1994formation")
def lc94(y: float, theta: float) -> float:
    """Law-Cooper form of BCM, in which a high threshold slows learning.

        dw_ij = < y_i (y_i - theta_i) x_j > / theta_i,   theta = E[y^2]

    y and theta are pure numbers. theta is 0 only for a neuron that was silent on every sample so
    far; its phi is the limit, 0. Source: Law & Cooper, PNAS 91 (1994) 7797, and
    Squadrani et al., Entropy 24 (2022) 682. The paper follows single samples; we take the mean of
    a batch.
    """
    return y * (y - theta) / theta if theta > 0 else 0.0


@rule("ic92", source="intrator1992objective")
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


@rule("ic92_without_slope", source="intrator1992objective")
def ic92_without_slope(y: float, theta: float) -> float:
    """The rule `ic92` without the derivative of the activation, as in most code.

        dw_ij = < y_i (y_i - theta_i) x_j >,   theta = E[y^2]

    For a linear neuron it is `ic92`, and for a rectified one too, whose slope is 0 only where y is
    0; for any other it ascends no objective function. y and theta are pure numbers.
    Source: Intrator & Cooper, Neural Networks 5 (1992) 3, for a linear neuron.
    """
    return y * (y - theta)


@rule("bcm82", source="bienenstock1982theory")
def bcm82(y: float, theta: float) -> float:
    """First form of BCM, whose threshold is a power of the mean activity.

        dw_ij = < y_i (y_i - theta_i) x_j >,   theta = (E[y] / y0)^p

    The threshold is the component `power_of_mean`. y and theta are pure numbers.
    Source: Bienenstock, Cooper & Munro, Journal of Neuroscience 2 (1982) 32. The paper fixes only
    the signs of phi: below 0 under theta, above 0 over it, 0 at y = 0; the parabola is the simplest
    that has them. Its threshold is (E[y] / y0)^p E[y], with a p that is smaller by 1: see
    `power_of_mean`. It follows single samples; we take the mean of a batch. Its decay of the
    weights is left to the transform `weight_decay`.
    """
    return y * (y - theta)


@rule("bcm8292", source="cooper2004theory")
def bcm8292(y: float, theta: float) -> float:
    """Form of BCM between the first one and that of Intrator and Cooper.

        dw_ij = < y_i (y_i - theta_i) x_j >,   theta = E[y^(1 + alpha)]^(2 - alpha)

    alpha belongs to the threshold, which is the component `power_of_moment`: with 0 the rule is
    `bcm82`, with 1 `ic92_without_slope`. y and theta are pure numbers.
    Source: the simulator of Blais that accompanies Cooper, Intrator, Blais & Shouval, Theory of
    Cortical Plasticity (2004), its rule 31.
    """
    return y * (y - theta)


@rule("nc-reference", source="squadrani2022effectiveness")
def nc_reference(y: float, theta: float) -> float:
    """Rule of the published code of Squadrani et al.

        dw_ij = < y_i (y_i - theta_i) x_j > / (theta_i + 1e-30),   theta = < y^2 >_batch

    The threshold is the component `threshold.batch`: the code computes the moving average of the
    paper but hands the batch mean to the rule, so its memory changes nothing. y and theta are pure
    numbers.
    Source: Squadrani et al., Entropy 24 (2022) 682, in its published code, whose optimizers
    subtract, so that there the sign is the opposite. The rule of the paper is `lc94`.
    """
    return y * (y - theta) / (theta + _EPSILON)


@rule("bblais", source="cooper2004theory")
def bblais(
    y: float, theta: float, offset: float = _OFFSET, decay: float = _DECAY
) -> tuple[float, float]:
    """BCM of the simulators of Blais, with a resting activity and a decay.

        z_i   = y_i - y0
        dw_ij = < z_i (z_i - theta_i) x_j > - gamma w_ij

    The order of their step is that of this framework with the threshold `blais_tau`, which moves
    after the weights: current, activity, phi with the old threshold, weights, threshold from the
    whole y (not z), stabilizer. Their stabilizers, by number, and what they are here:

        0 none;  1 Oja: transform `oja_stabilizer`;  2 strict: `row_norm`;  3 saturation: `bounds`
        4 decay: the setting `decay` above, or the transform `weight_decay`
        5 saturation without crossing zero: `keep_sign`, then `bounds`;  6 decay and saturation
        7 positive norm: `bounds` with low = 0, then `row_norm`
        8 saturation, then the norm of a channel: `bounds`, then `channel_norm`

    y and theta are pure numbers. They follow single samples; we take the mean of a batch.
    Source: the simulators of Blais, Plasticity (rule 1) and Plasticnet (`BCM`), which accompany
    Cooper, Intrator, Blais & Shouval, Theory of Cortical Plasticity (2004).
    """
    z = y - offset
    return z * (z - theta), decay


@rule("bblais_law_cooper", source="law1994formation")
def bblais_law_cooper(
    y: float, theta: float, offset: float = _OFFSET, decay: float = _DECAY
) -> tuple[float, float]:
    """Law-Cooper form of the rule `bblais`.

        z_i   = y_i - y0
        dw_ij = < z_i (z_i - theta_i) x_j > / theta_i - gamma w_ij

    Where theta is 0 the simulators divide by it; here phi is 0. All else is as told of `bblais`.
    Source: the simulators of Blais, Plasticity (rule 2) and Plasticnet (`BCM_LawCooper`), after
    Law & Cooper, PNAS 91 (1994) 7797.
    """
    z = y - offset
    return (z * (z - theta) / theta if theta > 0 else theta * 0), decay
