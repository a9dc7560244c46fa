"""How long a threshold may remember, and reports of thresholds that swing."""

from typing import Any

import numpy as np

from plasticity import Clock, Inputs, LayerView, Variable, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.thresholds.mean_square import MovingAverage

_LOOKED_AT = 100  # samples
_RULES = {"ic92", "ic92_without_slope"}
_LOOKS, _APART = 128, 10  # of a run, of which the second half counts; steps between two
_FEWEST = 32
_FACTOR = 4.0
_SAMPLES = 100  # over which a threshold has to be a mean, for less swings by chance
_SHARE = 0.25  # of the neurons


def remembered(layer: LayerView) -> float | None:
    """Return how many steps the threshold of a layer remembers; None where it does not tell.

    T = 1 / (1 - gamma)      for a share gamma of the old threshold that is kept at each step
    """
    for part in layer.components:
        if hasattr(part, "gamma"):
            return float(1 / (1 - part.gamma(layer.clock.batch)))
    return None


def longest_memory(rate: float, square_norm: float) -> float:
    """Return how many steps a threshold may remember for the rule `ic92` to be stable.

        T < 1 / (r <|x|^2>)

    At the fixed point of a neuron that answers one of several orthogonal patterns, shown with
    probability p, theta = p y^2 = y. Near it a step of plain gradient ascent with rate r changes
    the activity by r |x|^2 p y (dy - dtheta), where p y = 1, while a threshold of memory T follows
    by (2 dy - dtheta) / T. The trace of these two equations is below 0 where T is below the bound.
    That weights swing beyond it, and collapse far beyond it, is seen in runs and not derived.

    >>> longest_memory(rate=0.01, square_norm=1.0)
    100.0

    Compare: Udeigwe, Munro & Ermentrout, J Math Neuroscience 7 (2017) 2, who find oscillations,
    and chaos, where the threshold is no faster than the weights. The bound is derived here.
    """
    return 1 / (rate * square_norm)


def too_long(layer: LayerView, inputs: Inputs) -> str:
    """Return in a clause that the threshold remembers more than theory allows; empty if not so."""
    memory = remembered(layer)
    parts: dict[type, Any] = {type(part): part for part in layer.components}
    labels = {str(getattr(part, "label", "")) for part in layer.components}
    optimizer, plain = parts.get(SGD), Linear in parts or Relu in parts
    if not (plain and optimizer and MovingAverage in parts and labels & _RULES) or memory is None:
        return ""
    norm = float(np.mean(np.sum(np.square(some_of(inputs), dtype=np.float64), axis=1)))
    if not norm > 0 or not optimizer.rate > 0:
        return ""
    bound = longest_memory(optimizer.rate, norm)
    if memory <= bound:
        return ""
    return (
        f"its threshold remembers {memory:.3g} steps, and for orthogonal patterns the rule is "
        f"stable below 1/(rate <|x|^2>) = {bound:.3g}: shorten the memory, or lower the rate"
    )


def some_of(inputs: Inputs) -> Array:
    """Return up to 100 training samples (sample, input), spread over all, as a layer sees them."""
    return inputs.take(np.arange(0, inputs.n_sample, -(-inputs.n_sample // _LOOKED_AT)))


def turn(values: Array, low: Array, high: Array, way: Array, count: Array, factor: float) -> None:
    """Count where quantities (neuron,) of 0 or more turn after they rose or fell by a factor.

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
