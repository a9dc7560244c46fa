"""Number of patterns that the neurons select together, and of those that they could."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import selected
from plasticity.typing import Array


@component(source="squadrani2022effectiveness")
class Memorization:
    """Number of patterns that at least one neuron selects, and the most possible.

        memorization = S = |union_i A_i|,   capacity = min(sum_i alpha_i, |X|)

    S reaches the capacity when no two neurons select the same pattern, or when every pattern is
    selected. X are the evaluation samples.

    Source: Squadrani et al., Entropy 24 (2022) 682. There X is the whole data set.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "memorization": {
            "long_name": "patterns that at least one neuron selects",
            "units": "1",
            "comment": "of the evaluation samples; at most the capacity",
        },
        "capacity": {
            "long_name": "the most patterns that the neurons could select",
            "units": "1",
            "comment": "the patterns that each selects added up, or all evaluation samples if less",
        },
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        memorized, capacity = memorization_of(selected(responses))
        return {"memorization": memorized, "capacity": capacity}


def memorization_of(chosen: Array) -> tuple[int, int]:
    """Return the number of patterns that the neurons select together, and the most possible.

        S = |union_i A_i|,   capacity = min(sum_i |A_i|, |X|)

    chosen  (neuron, sample)  of bool, as `selected` gives it

    Source: Squadrani et al., Entropy 24 (2022) 682.

    >>> memorization_of(np.array([[True, True, False], [False, True, False]]))
    (2, 3)
    """
    memorized = np.count_nonzero(chosen.any(axis=0))
    return int(memorized), min(int(np.count_nonzero(chosen)), chosen.shape[1])
