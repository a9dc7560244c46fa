"""How the store labels an array: names of its dimensions, unit and meaning."""

from __future__ import annotations

from typing import Any

from plasticity.variable import Variable


def dims_of(name: str, variable: Variable) -> tuple[str, ...]:
    """Dimension names for xarray; a size without a name is named after its array.

    >>> dims_of("kernel", Variable(("neuron", 3)))
    ('neuron', 'kernel_1')
    """
    return tuple(
        dim if isinstance(dim, str) else f"{name}_{position}"
        for position, dim in enumerate(variable.dims)
    )


def labels_of(variable: Variable) -> dict[str, Any]:
    """The attributes that xarray shows and puts beside the axes of a plot.

    >>> labels_of(Variable((), unit="Hz", description="mean rate"))
    {'long_name': 'mean rate', 'units': 'Hz'}
    """
    return {"long_name": variable.description, "units": variable.unit}
