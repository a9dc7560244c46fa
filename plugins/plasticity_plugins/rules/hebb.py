"""Hebb's rule."""

from __future__ import annotations

from plasticity import rule


@rule("hebb", source="hebb1949organization")
def hebb(y: float) -> float:
    """Hebbian learning: synapses between active inputs and active neurons grow.

        dw_ij = < y_i x_j >

    y is a pure number. Nothing bounds the weights: add a constraint, a weight decay or another
    rule.
    Source: Hebb, The Organization of Behavior (1949), who gives the idea in words.
    """
    return y
