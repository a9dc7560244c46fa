"""Kernels whose numbers are settings of the component, by name."""

from collections.abc import Callable
from typing import Any

from plasticity import Kernel


def kernel(event: str, function: Callable[..., Any], *numbers: Any, **others: Any) -> tuple[Kernel]:
    """Return the one Kernel of a component.

    numbers  what its function gets at last: numbers, names of settings and properties, or functions
             of (component, batch); a tuple stands for several
    others   arguments of `Kernel`
    """

    def parameters(component: Any, batch: int) -> tuple[float, ...]:
        values: list[float] = []
        for number in numbers:
            value = getattr(component, number) if isinstance(number, str) else number
            value = value(component, batch) if callable(value) else value
            values += value if isinstance(value, tuple) else (value,)
        return tuple(values)

    return (Kernel(event, function, parameters=parameters, **others),)


def elementwise(value: Any, slope: Any, *numbers: Any) -> tuple[Kernel, Kernel]:
    """Return the kernels y(u, *numbers) and sigma'(u, y, *numbers) of an activation."""
    return *kernel("activate", value, *numbers), *kernel("differentiate", slope, *numbers)
