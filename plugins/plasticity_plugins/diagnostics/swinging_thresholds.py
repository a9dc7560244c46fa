"""Report of thresholds that swing."""

from __future__ import annotations

import numpy as np

from plasticity import Clock, Inputs, LayerView, Variable, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.diagnostics.stability import remembered, too_long

_LOOKS, _APART = 128, 10  # of a run, of which the second half counts; steps between two
_FEWEST = 32
_FACTOR = 4.0
_SAMPLES = 100  # over which a threshold has to be a mean, for less swings by chance
_SHARE = 0.25  # of the neurons


def turn(values: Array, low: Array, high: Array, way: Array, count: Array, factor: float) -> None:
    """Count where quantities turn round after they rose or fell by a factor.

    values      (neuron,)  the quantities as they are now, 0 or more
    low, high   (neuron,)  smallest and largest since they last turned; overwritten
    way         (neuron,)  1 for rising, -1 for falling, 0 for not known yet; overwritten
    count       (neuron,)  turns until now; overwritten

    >>> low, high, way, count = np.ones((4, 2))
    >>> way[...] = count[...] = 0
    >>> for values in [8, 2], [1, 1], [8, 2], [1, 1]:
    ...     turn(np.array(values), low, high, way, count, factor=4)
    >>> count
    array([4., 0.])
    """
    np.minimum(low, values, out=low)
    np.maximum(high, values, out=high)
    fell = (way >= 0) & (high > factor * values)
    rose = ~fell & (way <= 0) & (values > factor * low)
    count += fell | rose
    way[fell], way[rose] = -1, 1
    low[fell], high[rose] = values[fell], values[rose]


@component(source="udeigwe2017emergent")
class SwingingThresholds:
    """Reports thresholds that repeatedly rise and fall in the second half of a run.

    A threshold swings where it turned three times or more after it had changed by a factor of 4;
    or twice, where theory tells that it must. It is told where more than one in four neurons do,
    and where the threshold is a mean over 100 samples or more: of fewer it swings by chance.
    """

    low = Variable(("neuron",), description="smallest threshold since the last turn")
    high = Variable(("neuron",), description="largest threshold since the last turn")
    way = Variable(("neuron",), dtype="int64", description="1 for rising, -1 for falling")
    turned = Variable(("neuron",), dtype="int64", description="turns until now")
    looks = Variable((), dtype="int64", description="looks until now")

    @hookimpl
    def init_state(self, inputs: Inputs, clock: Clock) -> None:
        self._inputs = inputs
        self._every = max(clock.n_step // _LOOKS, _APART)
        self._half = clock.n_step // 2

    def following(self, step: int) -> int | None:
        """Return the next step at which it looks; None if the run is too short to show a swing."""
        if self._half < _FEWEST * self._every:
            return None
        return (max(step, self._half) // self._every + 1) * self._every

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        if "threshold" in layer.names:
            threshold = layer.array("threshold")
            if not self.looks:
                self.low[...] = self.high[...] = threshold
            turn(threshold, self.low, self.high, self.way, self.turned, _FACTOR)
            self.looks[...] += 1

    @hookimpl
    def diagnose(self, layer: LayerView) -> str | None:
        memory, batch = remembered(layer), layer.clock.batch
        if self.looks < _FEWEST or memory is None or memory * batch < _SAMPLES:
            return None
        cause = too_long(layer, self._inputs)
        swing = int(np.count_nonzero(self.turned >= (2 if cause else 3)))
        if swing <= _SHARE * len(self.turned):
            return None
        return (
            f"{layer.name}: the thresholds of {swing} of {len(self.turned)} neurons swing by a "
            f"factor of {_FACTOR:.0f} or more; "
            + (cause or "shorten the memory of the threshold, or lower the rate")
        )
