"""The capacity of a network: the patterns that its neurons memorize, and those that they could."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


def memorization_of(chosen: Array) -> tuple[int, int]:
    """How many patterns the neurons select together, and the most that they could.

        S = |union_i A_i|,   capacity = min(sum_i |A_i|, |X|)

    chosen  (neuron, sample)  of bool, as `plasticity.formulas.selected` gives it

    Source: Squadrani et al., Entropy 24 (2022) 682.

    >>> memorization_of(np.array([[True, True, False], [False, True, False]]))
    (2, 3)
    """
    memorized = np.count_nonzero(chosen.any(axis=0))
    return int(memorized), min(int(np.count_nonzero(chosen)), chosen.shape[1])
