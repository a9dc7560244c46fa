"""Tells of thresholds that swing."""

from __future__ import annotations

import numpy as np

from plasticity import Clock, Inputs, LayerView, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.diagnostics import papers
from plasticity_plugins.diagnostics.stability import remembered, too_long

_LOOKS, _APART = 128, 10  # of a run, of which the second half counts; steps between two
_FEWEST = 32
_FACTOR = 4.0
_SAMPLES = 100  # over which a threshold has to be a mean, for less swings by chance
_SHARE = 0.25  # of the neurons


def turns(course: Array, factor: float) -> int:
    """Return how often a quantity turned round after it rose or fell by a factor.

    course   (time,)  the quantity, 0 or more

    >>> turns(np.array([1, 8, 1, 8, 1.0]), factor=4), turns(np.array([1, 2, 1, 2, 1]), factor=4)
    (4, 0)
    """
    low = high = course[0]
    falling = rising = True  # which way it may have gone
    count = 0
    for value in course:
        low, high = min(low, value), max(high, value)
        if rising and high > factor * value:
            count, rising, falling, low = count + 1, False, True, value
        elif falling and value > factor * low:
            count, rising, falling, high = count + 1, True, False, value
    return count


@component(source=papers.UDEIGWE_2017)
class SwingingThresholds:
    """Tells of thresholds that rise and fall again and again in the second half of a run.

    A threshold swings where it turned three times or more after it had changed by a factor of 4;
    or twice, where theory tells that it must. It is told where more than one in four neurons do,
    and where the threshold is a mean over 100 samples or more: of fewer it swings by chance.
    """

    @hookimpl
    def init_state(self, inputs: Inputs, clock: Clock) -> None:
        self._inputs = inputs
        self._every = max(clock.n_step // _LOOKS, _APART)
        self._half = clock.n_step // 2
        self._course: list[Array] = []

    def following(self, step: int) -> int | None:
        """The next step at which it looks; none in a run too short for a swing to be seen."""
        if self._half < _FEWEST * self._every:
            return None
        return (max(step, self._half) // self._every + 1) * self._every

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        if "threshold" in layer.names:
            self._course.append(layer.array("threshold").copy())

    @hookimpl
    def diagnose(self, layer: LayerView) -> str | None:
        memory, batch = remembered(layer), layer.clock.batch
        if len(self._course) < _FEWEST or memory is None or memory * batch < _SAMPLES:
            return None
        cause = too_long(layer, self._inputs)
        wanted = 2 if cause else 3
        swing = [turns(course, _FACTOR) >= wanted for course in np.transpose(self._course)]
        if sum(swing) <= _SHARE * len(swing):
            return None
        return (
            f"{layer.name}: the thresholds of {sum(swing)} of {len(swing)} neurons swing by a "
            f"factor of {_FACTOR:.0f} or more; "
            + (cause or "shorten the memory of the threshold, or lower the rate")
        )
