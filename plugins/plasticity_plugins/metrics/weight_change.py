"""Change of the weights since the last measurement."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.metrics.previous_weights import PreviousWeights


@component
class WeightChange(PreviousWeights):
    """Relative change of all weights since the last measurement.

        ||W - W_prev|| / ||W_prev||        Frobenius norms

    NaN at the first measurement, and where W_prev is 0 everywhere.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "weight_change": {
            "long_name": "relative change of the weights since the last measurement",
            "units": "1",
            "comment": "NaN at the first measurement",
        }
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        with np.errstate(over="ignore", invalid="ignore"):  # weights may have diverged
            change, before = (float(np.linalg.norm(norms)) for norms in self.moved(weights))
        return {"weight_change": change / before if before else math.nan}
