"""Gradient descent's plain step."""

from __future__ import annotations

from plasticity import Clock, Kernel, component, hookimpl, setting
from plasticity.typing import Array


def _pace(rate_factor, count, rate):  # type: ignore[no-untyped-def]  # compiled
    return (rate * rate_factor,)


def _moved(w, dw, pace):  # type: ignore[no-untyped-def]  # compiled
    return w + pace * dw


@component
class SGD:
    """Plain step along the update.

        W <- W + rate f_t dW

    f_t is the factor of the schedule. The update points where the weights shall go, so the sign is
    plus.
    """

    rate: float = setting(default=0.01, above=0, doc="learning rate", because="0 learns nothing")

    kernels = (
        Kernel(
            "apply_update",
            _moved,
            before=_pace,
            parameters=lambda self, batch: (self.rate,),
            still=True,
        ),
    )

    @hookimpl
    def apply_update(self, weights: Array, update: Array, clock: Clock) -> Array:
        update *= self.rate * clock.rate_factor
        weights += update
        return weights
