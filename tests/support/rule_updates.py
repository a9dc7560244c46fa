"""What a rule makes of one batch, without a simulation around it."""

import numpy as np

from plasticity import Clock
from plasticity.components.interface import interface_of


def update_of(rule, *, weights, x, clock=None, **others):
    """The dW (neuron, input) of a rule: < phi x > - d w and what it proposes beside.

    others   further arrays by the names of the events, or of Variables that other components fill

    A rule keeps its own Variables from call to call.
    """
    sizes = {"neuron": len(weights), "input": weights.shape[1], "sample": len(x)}
    dtype = weights.dtype
    zeros = {
        "modulation": np.zeros((len(weights), len(x)), dtype),
        "decay": np.zeros(len(weights), dtype),
        "update": np.zeros(weights.shape, dtype),
    }
    arrays = {**others, **zeros, "weights": weights, "x": x, "clock": clock or Clock(1, 1)}
    for declared in interface_of(rule).variables:
        if declared.intent in ("in", "inout"):
            declared.bind(rule, arrays[declared.name])
        elif declared.name not in vars(rule) or "sample" in declared.dims:
            shape = [sizes[dim] for dim in declared.dims]
            declared.bind(rule, np.zeros(shape, declared.dtype or dtype))
    answered = interface_of(rule).events
    for event in ("modulate", "propose_update"):
        if event in answered:
            getattr(rule, event)(*(arrays[name] for name in answered[event]))
    for array in zeros.values():
        assert array.dtype == dtype
    formed = zeros["modulation"].astype(float) @ x / len(x)
    return formed - zeros["decay"][:, np.newaxis] * weights + zeros["update"]
