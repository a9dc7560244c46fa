"""What the framework knows of the events: their arrays, the roles they give, those of a step."""

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
SHARED: dict[str, tuple[Variable, str]] = {}
for _name, (_dims, _intent, _meaning, _event) in _SHARED.items():
    SHARED[_name] = Variable(_dims, intent=_intent, description=_meaning), _event
    SHARED[_name][0].name = _name

# The array that an answer to an event of kind "one" fills and returns.
FILLS = {
    event: name for name, (_, event) in SHARED.items() if event not in ("init_state", "modulate")
} | {"apply_update": "weights"}

# The role of a component is told by the first of these events that it answers.
ROLES: dict[str, tuple[str, ...]] = {
    "source": ("open_data", "draw_batch"),
    "rule": ("modulate", "propose_update"),
    "optimizer": ("apply_update",),
    "schedule": ("schedule_rate",),
    "activation": ("activate",),
    "threshold": ("estimate_threshold",),
    "lateral": ("shape_current",),
    "synapse": ("compute_current",),
    "transform": ("shape_update",),
    "constraint": ("constrain_weights",),
    "encoder": ("encode",),
    "metric": ("measure",),
    "initializer": ("init_state",),
    "observer": (
        *("step_finished", "measured", "should_stop", "run_started", "training_started"),
        *("epoch_started", "epoch_finished", "diagnose", "run_finished", "report"),
    ),
}

# What a step emits, in order; the loop forms dW between `modulate` and the first of UPDATE.
DRAW = ("draw_batch", "encode")
RESPOND = ("compute_current", "shape_current", "activate")
ADAPT = ("differentiate", "estimate_threshold", "schedule_rate")
UPDATE = ("propose_update", "shape_update", "apply_update", "constrain_weights")
