"""Reports of weights that have not settled, or never learned."""

import numpy as np

from plasticity import Clock, LayerView, component, hookimpl
from plasticity.typing import Array

_EPOCHS = 10  # of a run long enough to settle
_MOVED = 0.1
_BYTES = 64_000_000  # of a copy of the weights

_CHANCE = 50  # one in so many neurons may never win by chance
_FEWEST = 100  # steps of a run in which each neuron should have won


@component
class MovingWeights:
    """Reports weights that changed by a tenth or more in the last epoch of ten or more.

    ||W - W_before|| / ||W_before|| >= 0.1        Frobenius norms

    It copies the weights for that epoch, unless they have more than 64 MB. The copy is in no
    checkpoint, which would be twice as large: a run resumed within that epoch is not reported.
    """

    @hookimpl
    def init_state(self, clock: Clock) -> None:
        self._at = clock.n_step - clock.steps_per_epoch
        self._wanted = clock.n_epoch >= _EPOCHS
        self._before: Array | None = None

    def following(self, step: int) -> int | None:
        """Return the step before the last epoch."""
        return self._at if self._wanted and step < self._at else None

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        weights = layer.array("weights")
        if weights.nbytes <= _BYTES:
            self._before = weights.copy()

    @hookimpl
    def diagnose(self, layer: LayerView, clock: Clock) -> str | None:
        if self._before is None or clock.step < clock.n_step:
            return None
        size = float(np.linalg.norm(self._before))
        moved = float(np.linalg.norm(layer.array("weights") - self._before))
        if moved < _MOVED * size or not size:
            return None
        return (
            f"{layer.name}: the weights still moved by {moved / size:.0%} in the last epoch: more "
            "epochs, a lower rate, or a schedule that ends at 0 lets them settle"
        )


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
    return np.asarray(weights.sum(axis=1, dtype=np.float64))
