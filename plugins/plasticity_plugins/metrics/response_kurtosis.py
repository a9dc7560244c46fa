"""Peakedness of the distribution of a neuron's responses."""

from __future__ import annotations

from typing import Any, ClassVar

from plasticity import component, hookimpl
from plasticity.formulas import excess_kurtosis
from plasticity.typing import Array


@component(source="field1994what")
class ResponseKurtosis:
    """Excess kurtosis of the responses: above 0 for few large among many small ones.

        <(y_i - m_i)^4> / <(y_i - m_i)^2>^2 - 3,   m_i = <y_i>

    <.> is the mean over the evaluation samples. 0 for normal responses; NaN for a neuron that
    responds to all alike.

    Source: Field, Neural Computation 6 (1994) 559. The rule `k1` climbs the same ratio with moments
    about 0.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "response_kurtosis": {
            "long_name": "excess kurtosis of the responses",
            "units": "1",
            "comment": "over the evaluation samples; 0 for normal ones; NaN for a neuron that "
            "responds to all alike",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"response_kurtosis": excess_kurtosis(responses)}
