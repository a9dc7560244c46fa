"""Hebb's rule."""

from __future__ import annotations

from plasticity import rule
from plasticity_plugins.rules import papers


@rule("hebb", source=papers.HEBB_1949)
def hebb(y: float) -> float:
    """What is active together is wired together.

        dw_ij = < y_i x_j >

    y is a pure number. Nothing bounds the weights: add a constraint, a weight decay or another
    rule.
    Source: Hebb, The Organization of Behavior (1949), who gives the idea in words.
    """
    return y
