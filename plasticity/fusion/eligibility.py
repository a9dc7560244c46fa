"""Which layers of a run step in compiled code, and why others do not."""

from collections.abc import Callable, Iterable
from typing import Any

from plasticity.components.defaults import DenseSynapse
from plasticity.components.events import ADAPT, RESPOND, UPDATE
from plasticity.components.function_rule import FunctionRule
from plasticity.components.interface import interface_of
from plasticity.components.rule import ScaledRule
from plasticity.experiment.spec import Experiment
from plasticity.fusion.chunk import FusedSteps, has_rate_kernel
from plasticity.fusion.inputs import Draw, draw_of
from plasticity.fusion.step import FusedStep
from plasticity.machine.threads import may_start_threads
from plasticity.network.dispatch import Call, Caller, tracing
from plasticity.network.network import Network
from plasticity.network.state import LayerState
from plasticity.typing import Array

# The events that a compiled step takes care of.
FUSED = (*RESPOND, *ADAPT, "modulate", *UPDATE)
# What a compiled step does not leave behind as the plan does.
NOT_MATERIALISED = frozenset(("modulation", "slope", "update", "decay"))

# A step through the plan, on a machine of two cores: its calls, and its multiplications a second.
_CALLS_S = 20e-6
_FLOPS_PER_S = 1e11
# Compiling takes about as long the first time; a shorter run is over before.
_WORTHWHILE_S = 10.0


class Fusion:
    """The compiled steps of a network."""

    def __init__(self, experiment: Experiment, network: Network) -> None:
        self._experiment = experiment
        self._network = network
        self._steps: dict[tuple[str, int, int | None, str, bool], FusedStep] = {}
        self._before: frozenset[str] | None = None

    def reason_against(self, layer: LayerState, call: Caller | None = None) -> str | None:
        """Return why a layer steps through the plan, or None where its step is compiled."""
        wish = self._experiment.fuse
        if wish == "never":
            return 'fuse = "never"'
        reason = obstacle(layer, call or self._caller(layer))
        if self._before is not None:
            return reason if layer.name in self._before else "as the run did before"
        if reason is None and wish == "auto" and self._seconds(layer) < _WORTHWHILE_S:
            return "the run is too short to be worth compiling"
        return reason

    def follow(self, compiled: Iterable[str]) -> None:
        """Compile the layers of these names and no others, as the run did that goes on here.

        The two ways differ in the last digits, and how long a run is decides between them.
        """
        self._before = frozenset(compiled)

    def explain(self, layer: LayerState) -> str:
        """Return one line on how a layer steps."""
        call = self._caller(layer)
        reason = self.reason_against(layer, call)
        if reason is None:
            drawn = self._draw(layer, call, self._experiment.batch_size)
            if isinstance(drawn, str) and layer.name == self._experiment.layer_name(0):
                return f"{layer.name}: compiled as one step, its inputs drawn before it ({drawn})"
            if not may_start_threads():
                return (
                    f"{layer.name}: compiled as one step, on one thread, since this process was "
                    "forked from one that has run steps on several"
                )
            return f"{layer.name}: compiled as one step"
        return f"{layer.name}: steps through the plan ({reason})"

    def step(self, layer: LayerState, batch: int, call: Caller, lowest: bool) -> FusedStep | None:
        """The compiled step of a layer for batches of this size; None where there is none.

        lowest   whether it is the layer of the input, whose step can draw the batch as well
        """
        if not layer.learns or self.reason_against(layer, call) is not None:
            return None
        found = self._draw(layer, call, batch) if lowest else None
        draw = found if isinstance(found, Draw) else None
        # Of data that are encoded anew the step is another.
        samples = None if draw is None else id(draw.samples)
        key = (layer.name, batch, samples, self.variant(layer), may_start_threads())
        if key not in self._steps:
            several = draw is not None and has_rate_kernel(layer)
            self._steps[key] = (FusedSteps if several else FusedStep)(layer, batch, draw)
        self._steps[key].refresh()
        return self._steps[key]

    def forget_encoded(self, samples: Array) -> None:
        """Let go of the steps on copies of these samples, and of the copies with them."""
        kept = (None, id(samples))
        self._steps = {key: step for key, step in self._steps.items() if key[2] in kept}

    def variant(self, layer: LayerState) -> str:
        """The components that make their kernels of their settings, with these."""
        parts = (*self._network.whole.components.values(), *layer.components.values())
        return repr([part for part in parts if interface_of(part).makes_kernels])

    def refresh(self) -> None:
        """Take note that weights may have been changed from outside the run."""
        for step in self._steps.values():
            step.refresh()

    def _caller(self, layer: LayerState) -> Caller:
        arrays = layer.batch_arrays(1) | self._network.labels(1)
        return self._network.caller(layer, arrays)

    def _draw(self, layer: LayerState, call: Caller, batch: int) -> Draw | str:
        whole = self._network.whole
        constant = layer.sizes["input"] > whole.sizes["input"]
        return draw_of(whole.components.get("batches"), call, batch, constant)

    def _seconds(self, layer: LayerState) -> float:
        """About how long the layer would train step by step."""
        sizes, clock = layer.sizes, layer.clock
        flops = 4.0 * sizes["neuron"] * sizes["input"] * sizes["sample"]
        return clock.n_step * (_CALLS_S + flops / _FLOPS_PER_S)


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
