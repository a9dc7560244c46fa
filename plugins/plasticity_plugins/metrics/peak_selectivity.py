"""Distance of a neuron's mean response from its largest."""

from __future__ import annotations

from typing import Any, ClassVar

from plasticity import component, hookimpl
from plasticity.formulas import peakedness
from plasticity.typing import Array


@component(source="bienenstock1982theory")
class PeakSelectivity:
    """Selectivity as the founders of BCM measure it; larger is more selective.

        1 - mean(y_i) / max(y_i)

    Over M evaluation samples from 0, alike to all, to 1 - 1/M, to one alone. It is for responses
    that are not negative; NaN for a neuron whose largest response is not above 0.

    Source: Bienenstock, Cooper & Munro, J Neuroscience 2 (1982) 32.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "peak_selectivity": {
            "long_name": "1 less mean over largest response",
            "units": "1",
            "comment": "over the evaluation samples; the more, the more selective the neuron; NaN "
            "for a silent one",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"peak_selectivity": peakedness(responses)}
