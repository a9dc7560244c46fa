"""Hebb's rule with the opposite sign."""

from __future__ import annotations

from plasticity import rule


@rule("anti_hebb", source="foldiak1990forming")
def anti_hebb(y: float) -> float:
    """Anti-Hebbian learning: synapses between active inputs and active neurons shrink.

        dw_ij = - < y_i x_j >

    y is a pure number. A linear neuron goes silent on what it is shown; in a sum the rule takes
    from a neuron what another rule would give to all.
    Source: Földiák, Biological Cybernetics 64 (1990) 165, who has it between the neurons of a layer
    and up to a fixed mean; here it is on the inputs.
    """
    return -y
