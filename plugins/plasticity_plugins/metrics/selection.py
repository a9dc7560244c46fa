"""Which patterns the neurons select: the sets A_i = {x : y_i(x) > E[y_i]}."""

import math
import warnings
from typing import Any

import numpy as np

from plasticity import LayerView, component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.formulas import class_counts, patterns_by_count, selected, shared_selection
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled


@component(source="squadrani2022effectiveness")
class Selectivity:
    """Number of patterns that a neuron selects; the fewer, the more selective it is.

        alpha_i = |A_i|,   A_i = {x : y_i(x) > E[y_i]}

    alpha_i lies in [0, M - 1] for M evaluation samples, over which the mean E is taken; it is 0 for
    a neuron that responds to all alike, a silent one for instance.

    Source: Squadrani et al., Entropy 24 (2022) 682. There E is over the whole data set; here it is
    over the evaluation samples, which are drawn once.
    """

    describes = labelled(
        "selectivity",
        "patterns that the neuron selects",
        "of the evaluation samples; the fewer, the more selective the neuron; 0 for one that "
        "responds to all alike",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"selectivity": np.count_nonzero(selected(responses), axis=1)}


@component(source="squadrani2022effectiveness")
class Overlap:
    """Overlap index: 1 when all neurons select the same patterns, N when none share any.

        beta = S / mean_i(alpha_i),   S = |union_i A_i|,   alpha_i = |A_i|

    It rises as the overlap falls, from 1 to the number of neurons N. Where nothing is selected it
    is NaN, and a warning says so.

    Source: Squadrani et al., Entropy 24 (2022) 682. There the sets A_i are over the whole data set;
    here they are over the evaluation samples.
    """

    describes = labelled(
        "overlap",
        "overlap index",
        "rises as overlap falls: 1 when all neurons select the same patterns, the number of "
        "neurons when none share any; NaN when nothing is selected",
    )

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


@component(source="squadrani2022effectiveness")
class Memorization:
    """Number of patterns that at least one neuron selects, and the most possible.

        memorization = S = |union_i A_i|,   capacity = min(sum_i alpha_i, |X|)

    S reaches the capacity when no two neurons select the same pattern, or when every pattern is
    selected. X are the evaluation samples.

    Source: Squadrani et al., Entropy 24 (2022) 682. There X is the whole data set.
    """

    describes = labelled(
        "memorization",
        "patterns that at least one neuron selects",
        "of the evaluation samples; at most the capacity",
    ) | labelled(
        "capacity",
        "the most patterns that the neurons could select",
        "the patterns that each selects added up, or all evaluation samples if less",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        memorized, capacity = memorization_of(selected(responses))
        return {"memorization": memorized, "capacity": capacity}


def memorization_of(chosen: Array) -> tuple[int, int]:
    """Return the number of patterns that the neurons select together, and the most possible.

    >>> memorization_of(np.array([[True, True, False], [False, True, False]]))
    (2, 3)
    """
    memorized = np.count_nonzero(chosen.any(axis=0))
    return int(memorized), min(int(np.count_nonzero(chosen)), chosen.shape[1])


@component(source="squadrani2022effectiveness")
class CapacityUsed:
    """Patterns that the neurons select, over the most that they could.

        S / capacity,   S = |union_i A_i|,   capacity = min(sum_i alpha_i, |X|)

    Up to 1, where no two neurons select the same pattern, or all patterns are selected. X are the
    evaluation samples. NaN where nothing is selected.

    Source: Squadrani et al., Entropy 24 (2022) 682. There X is the whole data set.
    """

    describes = labelled(
        "capacity_used",
        "share of the memorization capacity that is used",
        "patterns selected over the most that could be; NaN when none is",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        memorized, capacity = memorization_of(selected(responses))
        return {"capacity_used": memorized / capacity if capacity else math.nan}


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

    describes = labelled(
        "redundancy",
        "mean share of the patterns selected together with another neuron",
        "of the evaluation samples that either selects; NaN for a neuron that selects none",
    )

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


@component(source="squadrani2022effectiveness")
class SelectedBy:
    """Number of patterns that exactly k neurons select, for some k.

        n_k = |{x : |{i : x in A_i}| = k}|

    Measured as "selected_by_0", "selected_by_1" and so on. The patterns are the evaluation samples;
    n_0 are those that the network does not memorize, and n_1 those without redundancy.
    `plasticity.analysis.patterns_by_count` gives all k at once.

    Raises `SettingError` for a k below 0.

    Source: Squadrani et al., Entropy 24 (2022) 682, for the sets A_i.
    """

    counts: tuple[int, ...] = setting(
        default=(0, 1, 2), unit="neurons", doc="the numbers of neurons k"
    )

    def __attrs_post_init__(self) -> None:
        if not self.counts or min(self.counts) < 0:
            raise SettingError(
                "selected_by: counts must hold integers from 0, got "
                f"{list(self.counts)}: each is a number of neurons"
            )

    @property
    def describes(self) -> dict[str, dict[str, str]]:
        """Return the labels of the numbers in the store."""
        return {
            f"selected_by_{k}": {
                "long_name": f"patterns that exactly {k} neuron{'' if k == 1 else 's'} select"
                + ("s" if k == 1 else ""),
                "units": "1",
                "comment": "of the evaluation samples",
            }
            for k in self.counts
        }

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        found = patterns_by_count(selected(responses))
        return {f"selected_by_{k}": found[k] if k < len(found) else 0 for k in self.counts}


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

    describes = labelled(
        "class_purity",
        "share of the most frequent class in what the neuron selects",
        "of the evaluation samples; NaN for a neuron that selects none",
    )

    @hookimpl
    def measure(self, responses: Array, labels: Array) -> dict[str, Any]:
        _, counts = class_counts(selected(responses), labels)
        total = counts.sum(axis=1)
        unknown = np.full(len(counts), np.nan)
        return {"class_purity": np.divide(counts.max(axis=1), total, out=unknown, where=total > 0)}
