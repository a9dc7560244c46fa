"""The longest memory of a threshold for which theory predicts stable weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity import Inputs, LayerView
from plasticity.typing import Array
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.thresholds.mean_square import MovingAverage

_LOOKED_AT = 100  # samples
_RULES = ("ic92", "ic92_without_slope")


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

    rate         r of the optimizer
    square_norm  <|x|^2>, the mean squared length of the samples

    >>> longest_memory(rate=0.01, square_norm=1.0)
    100.0

    Compare: Udeigwe, Munro & Ermentrout, J Math Neuroscience 7 (2017) 2, who find oscillations,
    and chaos, where the threshold is no faster than the weights. The bound is derived here.
    """
    return 1 / (rate * square_norm)


def too_long(layer: LayerView, inputs: Inputs) -> str:
    """Return in a clause that the threshold remembers more than theory allows; empty if not so."""
    memory = remembered(layer)
    labels = [str(getattr(part, "label", "")) for part in layer.components]
    optimizer = _only(layer, SGD)
    plain = _only(layer, Linear) or _only(layer, Relu)
    if (
        memory is None
        or not plain
        or optimizer is None
        or _only(layer, MovingAverage) is None
        or not set(labels) & set(_RULES)
    ):
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


def _only(layer: LayerView, kind: type) -> Any:
    """Return the component of this very kind, or None."""
    return next((part for part in layer.components if type(part) is kind), None)
