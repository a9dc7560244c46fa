"""Dominance of one class in what a neuron selects."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import class_counts, selected
from plasticity.typing import Array


@component(source="squadrani2022effectiveness")
class ClassPurity:
    """Share of the patterns that a neuron selects which are of its most frequent class.

        purity_i = max_c |A_i and X_c| / |A_i|        X_c: the samples of class c

    From the share of classes that are equally frequent, or more, to 1. A neuron that selects one
    pattern is pure without having learned a class, so look at the selectivity beside it. NaN for a
    neuron that selects nothing.

    The labels are those of the evaluation samples; data without any are refused.

    Source: Squadrani et al., Entropy 24 (2022) 682, for the sets A_i.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "class_purity": {
            "long_name": "share of the most frequent class in what the neuron selects",
            "units": "1",
            "comment": "of the evaluation samples; NaN for a neuron that selects none",
        }
    }

    @hookimpl
    def measure(self, responses: Array, labels: Array) -> dict[str, Any]:
        _, counts = class_counts(selected(responses), labels)
        total = counts.sum(axis=1)
        unknown = np.full(len(counts), np.nan)
        return {"class_purity": np.divide(counts.max(axis=1), total, out=unknown, where=total > 0)}
