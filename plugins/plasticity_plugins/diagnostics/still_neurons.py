"""Report of neurons that never learned."""

from __future__ import annotations

import numpy as np

from plasticity import LayerView, component, hookimpl
from plasticity.typing import Array

_CHANCE = 50  # one in so many neurons may never win by chance
_FEWEST = 100  # steps of a run in which each neuron should have won


@component
class StillNeurons:
    """Reports neurons that respond to samples but still have their initial weights.

    Where neurons compete these never won. Up to one neuron in 50 is not reported, nor is any of a
    run of fewer than 100 steps.
    """

    @hookimpl
    def init_state(self, weights: Array) -> None:
        self._first = _sums(weights)

    @hookimpl
    def diagnose(self, layer: LayerView) -> str | None:
        still = _sums(layer.array("weights")) == self._first
        if not still.any():
            return None
        if still.all():
            return f"{layer.name}: no weight has changed in {layer.clock.step} steps"
        if layer.clock.step < _FEWEST:
            return None
        still &= np.ptp(layer.responses(), axis=1) > 0
        n_still = int(np.count_nonzero(still))
        if n_still <= len(still) // _CHANCE:
            return None
        return (
            f"{layer.name}: {n_still} of {len(still)} neurons never won a sample and have their "
            "first weights still: train for longer, or let these lie nearer to the samples "
            "(initializer from_samples, or a mean above 0)"
        )


def _sums(weights: Array) -> Array:
    """Return the sum of the weights of each neuron: another one, if any of them changed."""
    sums: Array = weights.sum(axis=1, dtype=np.float64)
    return sums
