"""Updates of limited size."""

from __future__ import annotations

import numpy as np

from plasticity import component, hookimpl, setting
from plasticity.typing import Array


@component
class Clip:
    """Limits the update of each weight.

        dW <- min(max(dW, -limit), limit)

    This changes the direction of the whole update, which dividing by its largest value keeps.
    """

    limit: float = setting(
        default=1.0, above=0, doc="largest absolute value", because="0 learns nothing"
    )

    @hookimpl
    def shape_update(self, update: Array) -> None:
        np.clip(update, -self.limit, self.limit, out=update)
