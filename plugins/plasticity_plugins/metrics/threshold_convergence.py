"""Share of thresholds that have stopped moving, which ends a run of the reference code."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array

_RELATIVE = 1e-5  # as in numpy.allclose, by which the reference compares


@component(source="squadrani2022effectiveness")
class ThresholdConvergence:
    """Share of the neurons whose threshold was constant over the last measurements.

        |theta_i(m) - theta_i(now)| <= tolerance + 1e-5 |theta_i(now)|   for the last `window` m

    NaN before the `window`-th measurement. At 1 the reference code ends its run: so does
    `early_stopping` with measurement "threshold_convergence" above 0.999.

    Source: the code published with Squadrani et al., Entropy 24 (2022) 682, which compares once an
    epoch, as is done here unless the experiment measures at other times, and whose window is all
    epochs unless set.
    """

    window: int = setting(
        default=10,
        low=2,
        unit="measurements",
        doc="number of last measurements to compare",
        because="one threshold is always equal to itself",
    )
    tolerance: float = setting(
        default=0.01, above=0, doc="change of the threshold up to which it has kept its value"
    )

    describes: ClassVar[dict[str, dict[str, str]]] = {
        "threshold_convergence": {
            "long_name": "share of the neurons whose threshold has kept its value",
            "units": "1",
            "comment": "over the last measurements; NaN before there are enough",
        }
    }

    history = Variable(
        ("window", "neuron"), description="thresholds at the last measurements, or NaN"
    )

    @hookimpl
    def init_state(self) -> None:
        self.history.fill(np.nan)

    @hookimpl
    def measure(self, threshold: Array) -> dict[str, Any]:
        self.history[:-1] = self.history[1:].copy()
        self.history[-1] = threshold
        if np.isnan(self.history[0]).all():
            return {"threshold_convergence": math.nan}
        with np.errstate(invalid="ignore"):  # thresholds may have diverged
            moved = np.abs(self.history - threshold).max(axis=0)
        settled = moved <= self.tolerance + _RELATIVE * np.abs(threshold)
        return {"threshold_convergence": float(np.mean(settled))}
