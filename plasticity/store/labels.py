"""How the store labels an array: names of its dimensions, unit, meaning, and what was taken."""

from __future__ import annotations

from typing import Any

from plasticity.components.variable import Variable
from plasticity.components.variable import dims_of as dims_of
from plasticity.network.view import LayerView


def labels_of(variable: Variable) -> dict[str, Any]:
    """The attributes that xarray shows and puts beside the axes of a plot.

    >>> labels_of(Variable((), unit="Hz", description="mean rate"))
    {'long_name': 'mean rate', 'units': 'Hz'}
    """
    return {"long_name": variable.description, "units": variable.unit}


def labels_in(layer: LayerView, name: str) -> dict[str, Any]:
    """The labels of an array of a layer, with the components that fill it as its `source`."""
    source = layer.filled_by(name)
    labels = labels_of(layer.declaration(name))
    return labels | {"source": source} if source else labels
