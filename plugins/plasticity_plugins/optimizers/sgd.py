"""Gradient descent's plain step."""

from __future__ import annotations

from plasticity import Clock, component, hookimpl, setting
from plasticity.typing import Array


@component
class SGD:
    """Plain step along the update.

        W <- W + rate f_t dW

    f_t is the factor of the schedule. The update points where the weights shall go, so the sign is
    plus.
    """

    rate: float = setting(default=0.01, above=0, doc="learning rate", because="0 learns nothing")

    @hookimpl
    def apply_update(self, weights: Array, update: Array, clock: Clock) -> Array:
        update *= self.rate * clock.rate_factor
        weights += update
        return weights
