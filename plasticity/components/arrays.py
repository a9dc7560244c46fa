"""The arrays that the events hand over."""

from __future__ import annotations

from plasticity.components.variable import Intent, Variable

# Dimensions, intent, meaning, and the event that fills each.
_SHARED: dict[str, tuple[tuple[str, ...], Intent, str, str]] = {
    "x": (("sample", "input"), "scratch", "inputs", "draw_batch"),
    "weights": (("neuron", "input"), "own", "synaptic weights", "init_state"),
    "current": (("neuron", "sample"), "scratch", "current u", "compute_current"),
    "activity": (("neuron", "sample"), "scratch", "activity y", "activate"),
    "slope": (("neuron", "sample"), "scratch", "slope sigma'(u)", "differentiate"),
    "threshold": (("neuron",), "own", "modification threshold theta", "estimate_threshold"),
    "modulation": (("neuron", "sample"), "scratch", "modulation phi", "modulate"),
    "decay": (("neuron",), "scratch", "decay d", "modulate"),
    "update": (("neuron", "input"), "scratch", "update dW", "modulate"),
}
SHARED: dict[str, tuple[Variable, str]] = {
    name: (Variable(dims, intent=intent, description=meaning), event)
    for name, (dims, intent, meaning, event) in _SHARED.items()
}
for _name, (_variable, _) in SHARED.items():
    _variable.name = _name

# The array that an answer to an event of kind "one" fills and returns.
FILLS = {
    "draw_batch": "x",
    "compute_current": "current",
    "activate": "activity",
    "differentiate": "slope",
    "estimate_threshold": "threshold",
    "apply_update": "weights",
}
