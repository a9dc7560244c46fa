"""How many neurons have stopped changing."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array


@component
class Convergence:
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

    previous = Variable(("neuron", "input"), description="weights at the last measurement, or NaN")

    @hookimpl
    def init_state(self) -> None:
        self.previous.fill(np.nan)

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            before = np.linalg.norm(self.previous, axis=1)
            change = np.linalg.norm(weights - self.previous, axis=1)
        first = bool(np.isnan(before).all())
        self.previous[...] = weights
        share = float(np.mean(change <= self.tolerance * before))
        return {"convergence": math.nan if first else share}
