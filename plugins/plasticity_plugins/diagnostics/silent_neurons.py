"""Tells of neurons that no longer respond."""

from __future__ import annotations

import numpy as np

from plasticity import Cadence, Clock, Inputs, LayerView, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.diagnostics import papers
from plasticity_plugins.diagnostics.stability import too_long

_FIRST, _LOOKED_AT = 30, 50  # step of the first look, samples of each
# Of the largest response that a neuron had; the second where theory tells that weights collapse.
_GONE, _GOING = 1e-6, 0.01
_CHANCE = 50  # one in so many neurons may be silent by chance
_FEWEST = 100  # steps of a run that is long enough to tell


@component(source=papers.UDEIGWE_2017)
class SilentNeurons:
    """Tells how many neurons respond to none of the evaluation samples, and since when.

    A neuron is silent where its responses differ by less than 1e-6 of what they once differed by;
    by 0.01 where theory tells that its weights collapse. It looks at 50 samples after the first
    step, twice per decade of steps from 32 on, and at the end; where some neurons are silent on
    these, at all evaluation samples. Up to one neuron in 50 may be silent by chance, and is not
    told; nor is any of a run of fewer than 100 steps.

    The cause is told where theory gives it: a threshold that remembers too long for the rate.
    """

    @hookimpl
    def init_state(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._looks: list[tuple[int, Array]] = []

    def following(self, step: int) -> int | None:
        """The next step at which it looks: the first, and twice per decade from 32 on."""
        return 1 if step < 1 else Cadence.of("2 per decade", 1).following(max(step, _FIRST - 1))

    @hookimpl
    def step_finished(self, layer: LayerView, clock: Clock) -> None:
        self._looks.append((clock.step, np.ptp(layer.responses(_LOOKED_AT), axis=1)))

    @hookimpl
    def diagnose(self, layer: LayerView, clock: Clock) -> str | None:
        if clock.step < _FEWEST:
            return None
        responses = layer.responses(_LOOKED_AT)
        most = np.max([np.ptp(responses, axis=1), *(span for _, span in self._looks)], axis=0)
        cause = too_long(layer, self._inputs)
        limit = (_GOING if cause else _GONE) * most
        if not self._many(np.ptp(responses, axis=1) <= limit):
            return None
        responses = layer.responses()
        silent = np.ptp(responses, axis=1) <= limit
        alike = silent & (np.abs(responses).max(axis=1) > limit)
        silent &= ~alike | (most > 0)  # samples that are all the same say nothing
        n_silent = int(np.count_nonzero(silent))
        if not self._many(silent) or responses.shape[1] < 2:
            return None
        how = "respond alike to" if alike[silent].all() else "are silent on"
        told = f"{layer.name}: {n_silent} of {len(silent)} neurons {how} all evaluation samples"
        if not most[silent].any():
            return f"{told}, as they were after the first step: give them larger first weights"
        told += self._since(silent, limit)
        if cause:
            return f"{told}; {cause}"
        return f"{told}: a lower rate, or a shorter memory of the threshold, keeps neurons alive"

    def _many(self, silent: Array) -> bool:
        return int(np.count_nonzero(silent)) > len(silent) // _CHANCE

    def _since(self, silent: Array, limit: Array) -> str:
        """Since which look the neurons have been silent."""
        begun = [self._begun(neuron, limit[neuron]) for neuron in map(int, np.flatnonzero(silent))]
        if not self._looks:
            return ""
        first, last = min(begun), max(begun)
        if first == last:
            return f" since about step {first}"
        return f", the first since about step {first}, the last since about step {last}"

    def _begun(self, neuron: int, limit: float) -> int:
        begun = 0
        for step, span in reversed(self._looks):
            if span[neuron] > limit:
                return begun or step
            begun = step
        return begun
