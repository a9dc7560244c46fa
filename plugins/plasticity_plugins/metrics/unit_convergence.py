"""Share of neurons with weights of unit norm, where Krotov-Hopfield learning ends."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.formulas import p_norms
from plasticity.typing import Array


@component(source="krotov2019unsupervised")
class UnitConvergence:
    """Share of the neurons whose weights have a p-norm of 1.

        | ||w_i||_p - 1 | < tolerance,   ||w||_p = (sum_j |w_j|^p)^(1/p)

    From both sides: a neuron that never won has small weights and has not converged, although its
    norm is less than 1.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723, for the norm to which the weights converge.
    Published code looks at the upper side only.
    """

    power: float = setting(
        default=2.0,
        low=1,
        doc="p of the norm; the same as the power of the rule",
        because="below 1 it is no norm",
    )
    tolerance: float = setting(
        default=0.1, above=0, doc="distance of the norm from 1 up to which a neuron has converged"
    )

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "unit_convergence": {
            "long_name": "share of the neurons with weights of unit p-norm",
            "units": "1",
            "comment": "from both sides: a neuron with small weights has not converged",
        }
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        close = np.abs(p_norms(weights, self.power) - 1) < self.tolerance
        return {"unit_convergence": float(np.mean(close))}
