"""Activity of the inputs when nothing is shown."""

from __future__ import annotations

from typing import ClassVar

from plasticity import Kernel, component, setting
from plasticity.typing import Array, Scalar
from plasticity_plugins.drawn import exact


@exact
def shifted(x: Array, step: Scalar, sample: Scalar, level: Scalar) -> None:
    """Add the level to x (input,)."""
    for j in range(len(x)):
        x[j] += level


@component
class SpontaneousActivity:
    """A level of activity that every input has also when nothing is shown.

    x_bj <- x_bj + level

    Metrics see the inputs with it.
    """

    level: float = setting(default=0.1, doc="activity of an input that is shown 0")

    once: ClassVar[bool] = True

    kernels = (Kernel("encode", shifted, parameters=lambda self, batch: (self.level,)),)
