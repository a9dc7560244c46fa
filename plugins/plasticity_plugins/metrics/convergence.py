"""Share of neurons that have stopped changing."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.typing import Array
from plasticity_plugins.metrics.previous_weights import PreviousWeights


@component
class Convergence(PreviousWeights):
    """Share of the neurons whose weights have settled since the last measurement.

        ||w_i - w_i,prev|| <= tolerance ||w_i,prev||

    NaN at the first measurement. Settled is not learned: a rate near 0 settles every neuron.
    """

    tolerance: float = setting(
        default=0.01,
        above=0,
        doc="relative change of a neuron's weights up to which it has settled",
    )

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "convergence": {
            "long_name": "share of the neurons whose weights have settled",
            "units": "1",
            "comment": "since the last measurement; NaN at the first",
        }
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        change, before = self.moved(weights)
        first = bool(np.isnan(before).all())
        share = float(np.mean(change <= self.tolerance * before))
        return {"convergence": math.nan if first else share}
