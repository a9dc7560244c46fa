"""Gradient descent's plain step."""

from __future__ import annotations

from plasticity import Clock, Kernel, component, hookimpl
from plasticity.typing import Array
from plasticity_plugins.optimizers.pace import Paced, bounded


def _pace(rate_factor, count, rate, rate_min, rate_max):  # type: ignore[no-untyped-def]  # compiled
    return (bounded(rate_factor, rate, rate_min, rate_max),)


def _moved(w, dw, pace):  # type: ignore[no-untyped-def]  # compiled
    return w + pace * dw


@component
class SGD(Paced):
    """Plain step along the update.

        W <- W + r_t dW

    r_t is the rate of the step, see `Paced`. The update points where the weights shall go, so the
    sign is plus. `update` is overwritten.
    """

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=_pace,
            parameters=lambda self, batch: self.pace_numbers(),
            still=True,
        ),
    )

    @hookimpl
    def apply_update(self, weights: Array, update: Array, clock: Clock) -> Array:
        update *= self.pace(clock)
        weights += update
        return weights
