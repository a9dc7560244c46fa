"""What threshold estimators with a fading memory share."""

from __future__ import annotations

import math

from plasticity import component, setting


@component
class Fading:
    """Memory of an estimator, as a share kept at each step or as a time constant.

    With a `time_constant` tau in samples, the share is exp(-B / tau) for a batch of B samples, so
    that runs with different batches can be compared.
    """

    memory: float = setting(
        default=0.9,
        low=0,
        below=1,
        doc="share gamma of the old mean kept at each step",
        because="a memory of 1 never forgets the first mean",
    )
    time_constant: float | None = setting(
        default=None, above=0, unit="samples", doc="memory as a time constant; in place of `memory`"
    )

    def gamma(self, n_sample: int) -> float:
        """Return the share kept at a step of this many samples."""
        if self.time_constant is None:
            return self.memory
        return math.exp(-n_sample / self.time_constant)
