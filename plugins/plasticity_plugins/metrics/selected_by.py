"""Number of patterns selected by no neuron, one, two, and so on."""

from __future__ import annotations

from typing import Any

from plasticity import component, hookimpl, setting
from plasticity.errors import SettingError
from plasticity.formulas import patterns_by_count, selected
from plasticity.typing import Array


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
