"""Means with a fading memory, which thresholds, rules and constraints follow."""

import math
from typing import Any

from plasticity import component, setting
from plasticity.typing import Array


def remembering(what: str, first: str, default: float = 0.9) -> Any:
    """Return the setting of the share of an old mean that is kept at each step."""
    return setting(
        default=default,
        low=0,
        below=1,
        doc=f"share gamma of the old {what} kept at each step",
        because=f"a memory of 1 never forgets the first {first}",
    )


def lasting() -> Any:
    """Return the setting of a memory as a time constant."""
    return setting(
        default=None, above=0, unit="samples", doc="memory as a time constant; in place of `memory`"
    )


@component
class Fading:
    """Memory of an estimator, as a share kept at each step or as a time constant.

    With a `time_constant` tau in samples, the share is exp(-B / tau) for a batch of B samples, so
    that runs with different batches can be compared.
    """

    memory: float = remembering("mean", "mean")
    time_constant: float | None = lasting()

    def gamma(self, n_sample: int) -> float:
        """Return the share kept at a step of this many samples."""
        if self.time_constant is None:
            return self.memory
        return math.exp(-n_sample / self.time_constant)


def shares(estimator: Any, n_sample: int) -> tuple[float, float]:
    """Return the shares of the old mean and of the new one, for a kernel."""
    gamma = estimator.gamma(n_sample)
    return gamma, 1 - gamma


def follow(mean: Array, now: Array, gamma: float, first: bool) -> None:
    """Move a mean towards that of the samples at hand, with which it begins."""
    if first:
        mean[...] = now
    mean *= gamma
    mean += (1 - gamma) * now
