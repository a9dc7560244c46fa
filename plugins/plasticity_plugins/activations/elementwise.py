"""Activations that go element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plasticity import Kernel


def elementwise(
    value: Callable[..., Any], slope: Callable[..., Any], *numbers: str | float
) -> tuple[Kernel, Kernel]:
    """Return the kernels of y(u, *numbers) and sigma'(u, y, *numbers); a string names a setting."""

    def parameters(activation: Any, batch: int) -> tuple[float, ...]:
        return tuple(getattr(activation, n) if isinstance(n, str) else n for n in numbers)

    return (
        Kernel("activate", value, parameters=parameters),
        Kernel("differentiate", slope, parameters=parameters),
    )
