"""Kernels whose numbers are settings of the component, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plasticity import Kernel


def kernel(event: str, function: Callable[..., Any], *numbers: Any, **others: Any) -> tuple[Kernel]:
    """Return the one Kernel of a component.

    numbers  what its function gets at last: names of settings, functions of the component, numbers
    others   arguments of `Kernel`
    """
    return (Kernel(event, function, **{"parameters": _parameters(numbers)} | others),)


def elementwise(
    value: Callable[..., Any], slope: Callable[..., Any], *numbers: Any
) -> tuple[Kernel, Kernel]:
    """Return the kernels y(u, *numbers) and sigma'(u, y, *numbers) of an activation."""
    return *kernel("activate", value, *numbers), *kernel("differentiate", slope, *numbers)


def _parameters(numbers: tuple[Any, ...]) -> Callable[[Any, int], tuple[float, ...]]:
    def value(component: Any, number: Any) -> float:
        if isinstance(number, str):
            number = getattr(component, number)
        given: float = number(component) if callable(number) else number
        return given

    return lambda component, batch: tuple(value(component, number) for number in numbers)
