"""Size of the weights of each neuron."""

from __future__ import annotations

from typing import Any, ClassVar

from plasticity import component, hookimpl, setting
from plasticity.formulas import p_norms
from plasticity.typing import Array


@component
class WeightNorm:
    """The p-norm of the weights of each neuron.

    ||w_i||_p = (sum_j |w_ij|^p)^(1/p)
    """

    power: float = setting(default=2.0, low=1, doc="p of the norm", because="below 1 it is no norm")

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "weight_norm": {"long_name": "p-norm of the neuron's weights", "units": "1"}
    }

    @hookimpl
    def measure(self, weights: Array) -> dict[str, Any]:
        return {"weight_norm": p_norms(weights, self.power)}
