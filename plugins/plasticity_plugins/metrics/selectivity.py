"""Selectivity of each neuron."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import selected
from plasticity.typing import Array


@component(source="squadrani2022effectiveness")
class Selectivity:
    """Number of patterns that a neuron selects; the fewer, the more selective it is.

        alpha_i = |A_i|,   A_i = {x : y_i(x) > E[y_i]}

    alpha_i lies in [0, M - 1] for M evaluation samples, over which the mean E is taken; it is 0 for
    a neuron that responds to all alike, a silent one for instance.

    Source: Squadrani et al., Entropy 24 (2022) 682. There E is over the whole data set; here it is
    over the evaluation samples, which are drawn once.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "selectivity": {
            "long_name": "patterns that the neuron selects",
            "units": "1",
            "comment": "of the evaluation samples; the fewer, the more selective the neuron; 0 for "
            "one that responds to all alike",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"selectivity": np.count_nonzero(selected(responses), axis=1)}
