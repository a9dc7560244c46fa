"""Share of the memorization capacity that the neurons use."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from plasticity import component, hookimpl
from plasticity.formulas import selected
from plasticity.typing import Array
from plasticity_plugins.metrics.memorization import memorization_of


@component(source="squadrani2022effectiveness")
class CapacityUsed:
    """Patterns that the neurons select, over the most that they could.

        S / capacity,   S = |union_i A_i|,   capacity = min(sum_i alpha_i, |X|)

    Up to 1, where no two neurons select the same pattern, or all patterns are selected. X are the
    evaluation samples. NaN where nothing is selected.

    Source: Squadrani et al., Entropy 24 (2022) 682. There X is the whole data set.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "capacity_used": {
            "long_name": "share of the memorization capacity that is used",
            "units": "1",
            "comment": "patterns selected over the most that could be; NaN when none is",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        memorized, capacity = memorization_of(selected(responses))
        return {"capacity_used": memorized / capacity if capacity else math.nan}
