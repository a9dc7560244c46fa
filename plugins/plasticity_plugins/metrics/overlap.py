"""Overlap of the patterns that neurons select."""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

import numpy as np

from plasticity import LayerView, component, hookimpl
from plasticity.formulas import selected
from plasticity.typing import Array


@component(source="squadrani2022effectiveness")
class Overlap:
    """Overlap index: 1 when all neurons select the same patterns, N when none share any.

        beta = S / mean_i(alpha_i),   S = |union_i A_i|,   alpha_i = |A_i|

    It rises as the overlap falls, from 1 to the number of neurons N. Where nothing is selected it
    is NaN, and a warning says so.

    Source: Squadrani et al., Entropy 24 (2022) 682. There the sets A_i are over the whole data set;
    here they are over the evaluation samples.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "overlap": {
            "long_name": "overlap index",
            "units": "1",
            "comment": "rises as overlap falls: 1 when all neurons select the same patterns, the "
            "number of neurons when none share any; NaN when nothing is selected",
        }
    }

    @hookimpl
    def measure(self, layer: LayerView, responses: Array) -> dict[str, Any]:
        chosen = selected(responses)
        total = np.count_nonzero(chosen)
        if total == 0:
            warnings.warn(
                f"{layer.name}: no neuron selects any of the {responses.shape[1]} evaluation "
                "samples (each responds to all of them alike), so its overlap is NaN",
                stacklevel=2,
            )
            return {"overlap": math.nan}
        return {"overlap": np.count_nonzero(chosen.any(axis=0)) * len(chosen) / total}
