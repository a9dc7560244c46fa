"""No lateral connections."""

from __future__ import annotations

from typing import ClassVar

from plasticity import Kernel, component
from plasticity.typing import Array


def _untouched(current: Array) -> None:
    return None


@component
class Unconnected:
    """No lateral connections: neurons that do not act on each other.

        u <- u

    It takes the place of others where a setting must name one, as in a comparison.
    """

    idle_in: ClassVar = ("shape_current",)
    kernels = (Kernel("shape_current", _untouched),)
