"""Share of what a neuron selects that other neurons select too."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import selected, shared_selection
from plasticity.typing import Array


@component(source="squadrani2022effectiveness")
class Redundancy:
    """Mean share, over the other neurons, of what either selects that both select.

        R_ij = |A_i and A_j| / |A_i or A_j|,   redundancy_i = mean of R_ij over j != i

    From 0, no pattern in common with any, to 1, the same as all. Neurons that select nothing are
    left out of the mean, and their own redundancy is NaN; so is that of a neuron that is the only
    one to select. Takes N^2 M multiplications for N neurons and M evaluation samples.
    `plasticity.analysis.shared_selection` gives the whole matrix R.

    Source: Squadrani et al., Entropy 24 (2022) 682, for the sets A_i; the index is Jaccard's.
    """

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "redundancy": {
            "long_name": "mean share of the patterns selected together with another neuron",
            "units": "1",
            "comment": "of the evaluation samples that either selects; NaN for a neuron that "
            "selects none",
        }
    }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        shares = shared_selection(selected(responses))
        np.fill_diagonal(shares, np.nan)
        known = ~np.isnan(shares)
        count = known.sum(axis=1)
        total = np.sum(shares, axis=1, where=known)
        return {
            "redundancy": np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
        }
