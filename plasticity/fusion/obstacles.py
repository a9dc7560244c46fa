"""Why the step of a layer cannot be compiled as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plasticity.components.defaults import DenseSynapse
from plasticity.components.function_rule import FunctionRule
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule
from plasticity.hookspecs import ADAPT, MODULATE, RESPOND, UPDATE
from plasticity.network.dispatch import Call, tracing
from plasticity.network.state import LayerState

# The events that a compiled step takes care of.
FUSED = (*RESPOND, *ADAPT, *MODULATE, *UPDATE)
# What a compiled step does not leave behind as the plan does.
NOT_MATERIALISED = frozenset(("modulation", "slope", "update", "decay"))


def obstacle(layer: LayerState, call: Callable[[str], tuple[Call, ...]]) -> str | None:
    """Why the step of a layer cannot be compiled as one, or None where it can.

    call   gives the answers to an event within the layer
    """
    for event in FUSED:
        reason = _obstacle_in(layer, call(event), event)
        if reason is not None:
            return reason
    peaks = [part for part in layer.components.values() if _needs_peak(part)]
    if len(peaks) > 1:
        return f"{interface_of(peaks[1]).label!r} asks for the largest update a second time"
    for event in ("step_finished", "should_stop"):
        for answer in call(event):
            if answer.whole:
                return _wrapped(event)
            listener = interface_of(answer.component)
            for name in (*listener.events[event], *listener.looks_at):
                if name in NOT_MATERIALISED:
                    return f"{listener.label!r} looks at {name!r}, which is not kept"
    return None


def _obstacle_in(layer: LayerState, answers: tuple[Call, ...], event: str) -> str | None:
    own = [part for part in layer.components.values() if event in interface_of(part).events]
    found = []
    for answer in answers:
        if answer.whole:
            return _wrapped(event)
        component, label = answer.component, repr(interface_of(answer.component).label)
        if isinstance(component, ScaledRule):
            component = component.rule
            if not isinstance(component, FunctionRule) or component.competitive:
                return (
                    f"{label} has a coefficient, schedule or phases, and is no function of one "
                    "neuron"
                )
        if not any(component is part for part in own):
            return f"{label} answers {event} from outside the spec"
        if not _has_kernel(layer, component, event):
            return f"{label} has no kernel for {event}"
        found.append(component)
    if list(map(id, found)) != list(map(id, own)):
        return f"{event} is not answered by the components of the spec in their order"
    return None


def _wrapped(event: str) -> str:
    return "PLASTICITY_TRACE prints every event" if tracing() else f"a component wraps {event}"


def _needs_peak(component: Any) -> bool:
    kernel = interface_of(component).kernels.get("shape_update")
    return kernel is not None and kernel.peak


def _has_kernel(layer: LayerState, component: Any, event: str) -> bool:
    if event in interface_of(component).kernels or event == "schedule_rate":
        return True
    if event == "differentiate":
        return "slope" not in layer.used
    return isinstance(component, FunctionRule | DenseSynapse)
