"""Report of neurons that no longer respond."""

import numpy as np

from plasticity import Cadence, Clock, Inputs, LayerView, Variable, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.diagnostics.stability import too_long

_FROM, _LOOKED_AT = 32, 50  # step of the second look, samples of each
_LOOKS = Cadence.of("2 per decade", steps_per_epoch=1)
# Of the largest response that a neuron had; the second where theory tells that weights collapse.
_SHARES = (1e-6, 0.01)
_CHANCE = 50  # one in so many neurons may be silent by chance
_FEWEST = 50  # steps of a run that is long enough to tell


@component(source="udeigwe2017emergent")
class SilentNeurons:
    """Reports neurons that respond to none of the evaluation samples, and since when.

    A neuron is silent where its responses differ by less than 1e-6 of what they once differed by;
    by 0.01 where theory tells that its weights collapse. It looks at 50 samples after the first
    step, twice per decade of steps from 32 on, and at the end; where some neurons are silent on
    these, at all evaluation samples. Up to one neuron in 50 may be silent by chance and is not
    reported, nor is any of a run of fewer than 50 steps.

    The cause is reported where theory gives it: a threshold that remembers too long for the rate.
    """

    largest = Variable(("neuron",), description="largest span of the responses seen until now")
    heard = Variable(
        ("neuron", len(_SHARES)), dtype="int64", description="last look at which it responded"
    )
    first = Variable((), dtype="int64", description="step of the first look")

    @hookimpl
    def init_state(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def following(self, step: int) -> int | None:
        """Return the next step at which it looks: the first, and twice per decade from 32 on."""
        return 1 if step < 1 else _LOOKS.following(max(step, _FROM - 1))

    @hookimpl
    def step_finished(self, layer: LayerView, clock: Clock) -> None:
        span = np.ptp(layer.responses(_LOOKED_AT), axis=1)
        if not self.first:
            self.first[...] = clock.step
        np.maximum(self.largest, span, out=self.largest)
        for heard, share in zip(self.heard.T, _SHARES, strict=True):
            heard[span > share * self.largest] = clock.step

    @hookimpl
    def diagnose(self, layer: LayerView, clock: Clock) -> str | None:
        if clock.step < _FEWEST:
            return None
        span = np.ptp(layer.responses(_LOOKED_AT), axis=1)
        most = np.maximum(self.largest, span)
        cause = too_long(layer, self._inputs)
        limit = _SHARES[bool(cause)] * most
        if not self._many(span <= limit):
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
        if self.first == 1 and not most[silent].any():
            return f"{told}, as they were after the first step: give them larger first weights"
        told += self._since(self.heard[silent, int(bool(cause))], clock.step)
        if cause:
            return f"{told}; {cause}"
        return f"{told}: a lower rate, or a shorter memory of the threshold, keeps neurons alive"

    def _many(self, silent: Array) -> bool:
        return int(np.count_nonzero(silent)) > len(silent) // _CHANCE

    def _since(self, heard: Array, now: int) -> str:
        """Return since which look neurons have been silent that last responded at given looks."""
        if not self.first:
            return ""
        first, last = (self._begun(int(step), now) for step in (heard.min(), heard.max()))
        if first == last:
            return f" since about step {first}"
        return f", the first since about step {first}, the last since about step {last}"

    def _begun(self, heard: int, now: int) -> int:
        """Return the look after the last one with a response; that one if none came after it."""
        look = self.following(max(heard, int(self.first) - 1))
        return look if look is not None and look <= now else heard
