"""Number of directions of the weights of the neurons."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.typing import Array


@component(source="roy2007effective")
class EffectiveRank:
    """Effective number of dimensions that the weights of all neurons span.

        exp(- sum_k p_k ln(p_k)),   p_k = s_k / sum_l s_l        s: singular values of W

    From 1, all neurons along one direction, to min(N, D), orthogonal weights of one norm. NaN where
    all weights are 0, or some not finite. A singular value decomposition at each measurement: for
    2000 neurons with 784 inputs about as long as fifty steps.

    Source: Roy & Vetterli, 15th European Signal Processing Conference (2007) 606.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "effective_rank": {
            "long_name": "dimensions that the weights span",
            "units": "1",
            "comment": "from 1, all along one direction, to the smaller of neurons and inputs",
        }
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        if not np.isfinite(weights).all() or not weights.any():
            return {"effective_rank": float("nan")}
        values = np.linalg.svd(weights, compute_uv=False).astype(np.float64)
        shares = values / values.sum()
        shares = shares[shares > 0]
        return {"effective_rank": float(np.exp(-np.sum(shares * np.log(shares))))}
