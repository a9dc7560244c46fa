"""Number of neurons that respond alike to all samples."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import responds
from plasticity.typing import Array


@component
class DeadNeurons:
    """Number of neurons that respond to all evaluation samples alike.

        |{i : max(y_i) = min(y_i)}|

    Behind a rectifier these are the silent ones, which a local rule does not bring back. One that
    learned samples beyond the evaluation samples alone would be counted as dead.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "dead_neurons": {
            "long_name": "neurons that respond to all samples alike",
            "units": "1",
            "comment": "of the evaluation samples; most often because they are silent",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"dead_neurons": np.count_nonzero(~responds(responses))}
