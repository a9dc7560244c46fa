"""Arrays for a component that is tested without a simulation around it."""

import numpy as np

from plasticity.components.interface import interface_of


def with_arrays(component, weights):
    """The component with zeros for each Variable that it declares, sized as these weights."""
    sizes = dict(zip(("neuron", "input"), weights.shape, strict=True))
    sizes["from_neuron"] = sizes["neuron"]
    for declared in interface_of(component).variables:
        # A dimension may be named after a setting.
        shape = [sizes[dim] if dim in sizes else getattr(component, dim) for dim in declared.dims]
        declared.bind(component, np.zeros(shape, declared.dtype or weights.dtype))
    return component
