"""A rule as a user writes it: the bundled form of BCM, typed anew."""

from plasticity import rule


@rule("own_bcm")
def own_bcm(y: float, theta: float) -> float:
    """BCM in the form of Law & Cooper: dw_ij = < y_i (y_i - theta_i) x_j > / theta_i."""
    if theta > 0:
        return y * (y - theta) / theta
    return 0.0
