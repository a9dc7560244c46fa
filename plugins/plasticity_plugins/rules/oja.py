"""Oja's rule."""

from __future__ import annotations

from plasticity import rule


@rule("oja", source="oja1982simplified")
def oja(y: float) -> tuple[float, float]:
    """Hebb's rule with a decay that keeps the weights at unit length.

        dw_ij = < y_i x_j - y_i^2 w_ij >

    y is a pure number. A linear neuron converges to the first principal component of its inputs
    (of E[x x^T], so centre them first if their covariance is meant); several neurons all to the
    same one. Source: Oja, Journal of Mathematical Biology 15 (1982) 267. The paper follows single
    samples; we take the mean of a batch.
    """
    return y, y * y
