"""Hebb's rule with a leak, whose weights become what inputs and activity have in common."""

from plasticity import rule


@rule("leaky_hebb", source="gerstner2002")
def leaky_hebb(y, leak: float = 0.5):
    """Hebbian learning whose weights leak away.

        dw_ij = < y_i x_j > - leak w_ij

    The weights come to rest at < y_i x_j > / leak.
    Source: Gerstner & Kistler, Biological Cybernetics 87 (2002) 404, a correlation term and a
    constant decay; we take the mean of a batch.
    """
    return y, leak
