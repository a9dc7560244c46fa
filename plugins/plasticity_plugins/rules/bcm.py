"""The rules of Bienenstock, Cooper and Munro, in the forms that share the name BCM."""

from __future__ import annotations

from plasticity import rule
from plasticity_plugins import bibliography


@rule("lc94", source=bibliography.LAW_COOPER_1994)
def lc94(y, theta):  # type: ignore[no-untyped-def]
    """Law-Cooper form of BCM, in which a high threshold slows learning.

        dw_ij = < y_i (y_i - theta_i) x_j > / theta_i

    y and theta are pure numbers. theta is 0 only for a neuron that was silent on every sample so far;
    its phi is the limit, 0. Source: Law & Cooper, PNAS 91 (1994) 7797, and
    Squadrani et al., Entropy 24 (2022) 682. The paper follows single samples; we take the mean of
    a batch.
    """
    return y * (y - theta) / theta if theta > 0 else 0.0
