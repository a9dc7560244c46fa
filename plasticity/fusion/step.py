"""One compiled step for a layer, made of the kernels of its components."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from plasticity.components.function_rule import FunctionRule
from plasticity.components.interface import interface_of
from plasticity.components.kernel import Kernel
from plasticity.components.rule import ScaledRule, Term
from plasticity.fusion.blocks import parts_of_step, rows_at_a_time
from plasticity.fusion.inputs import Draw
from plasticity.fusion.obstacles import FUSED
from plasticity.fusion.step_text import GATHER, StepText
from plasticity.kernels.compiled import compiled
from plasticity.kernels.templates import template
from plasticity.machine.threads import may_start_threads
from plasticity.network.state import LayerState
from plasticity.typing import Array

Ask = Callable[[], Iterable[Any]]

_SEEN = {"y": "y", "u": "u", "theta": "theta", "slope": "slope[i, b]"}


class FusedStep:
    """The compiled step of one layer for one size of batch; calling it does the step.

    It lets the layer respond, adapt, learn and be constrained, as the plan would; with a `draw` it
    draws the batch as well. When it asks the components for their numbers `Kernel` tells.
    """

    def __init__(self, layer: LayerState, batch: int, draw: Draw | None) -> None:
        self.layer = layer
        self.batch = batch
        self.draw = draw
        self._functions: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._count: Array | None = None
        self._schedule: Callable[[], float] | None = None
        self._fill_effective: Callable[..., None] | None = None
        self._weighing: Ask = tuple
        self._weighed: Iterable[Any] = ()
        self._asked: list[tuple[list[str], Ask]] = []
        self._still: list[bool] = []
        self._terms: dict[str, Term] = {}
        self._scheduled: dict[str, ScaledRule] = {}
        self._take_arrays()
        text = StepText(
            gather=self._sample_lines(), cut=max(self._n_part()) > 1, parallel=may_start_threads()
        )
        for place, component in layer.components.items():
            self._add(text, place, component)
        text.still = all(self._still)
        text.arguments = list(self._values)
        self._kernel = compiled(self._module(text), self._functions)
        self._arguments = list(self._values.values())
        self._slot = {name: position for position, name in enumerate(self._values)}
        self._given: list[Any] = [None] * len(self._asked)

    def _module(self, text: StepText) -> str:
        return text.text()

    def _n_part(self) -> tuple[int, int]:
        """Into how many parts the neurons are cut, and the samples."""
        sizes = self.layer.sizes
        return parts_of_step(sizes["neuron"], self.batch, sizes["input"])

    def _n_row(self) -> int:
        """How many neurons of a part go through a stage at a time."""
        sizes = self.layer.sizes
        return rows_at_a_time(sizes["neuron"], self.batch, sizes["input"])

    def refresh(self) -> None:
        """Take note that the weights may have been changed from outside since the last step."""
        if self._fill_effective is not None:
            self._weighed = self._weighing()
            self._fill_effective(*self._typed(self._weighed))

    def __call__(self) -> None:
        """Do one step."""
        clock, arguments, slot = self.layer.clock, self._arguments, self._slot
        if self._schedule is not None:
            clock.rate_factor = self._schedule()
        self._ask_again()
        self._choose_terms()
        for name, rule in self._scheduled.items():
            arguments[slot[name]] = self.layer.dtype.type(rule.coefficient(clock))
        arguments[slot["step"]] = clock.step
        arguments[slot["rate_factor"]] = self.layer.dtype.type(clock.rate_factor)
        if self._count is not None:
            self._count += 1
            arguments[slot["count"]] = int(self._count)
        arguments[slot["start"]] = clock.step % clock.steps_per_epoch * self.layer.sizes["sample"]
        self._kernel(*arguments)

    def _ask_again(self) -> None:
        """Hand over the numbers that components give now: attributes may be others than before."""
        for place, (names, ask) in enumerate(self._asked):
            values = ask()
            if values == self._given[place]:
                continue
            for name, value in zip(names, self._typed(values), strict=True):
                if name in self._slot:
                    self._arguments[self._slot[name]] = value
            # An array of equal values may be another one, so these are handed over each time.
            arrays = any(isinstance(value, np.ndarray) for value in values)
            self._given[place] = None if arrays else values
        if self._fill_effective is not None and self._weighing() != self._weighed:
            self.refresh()

    def _choose_terms(self) -> None:
        """Let those rules learn that do so in the present phase."""
        for name, term in self._terms.items():
            self._arguments[self._slot[name]] = term.learns_in(self.layer.clock.phase)

    # -- arrays, functions and numbers, under the names they have in the text -------------------

    def _take_arrays(self) -> None:
        layer, draw = self.layer, self.draw
        arrays = layer.batch_arrays(self.batch)
        for name in ("x", "weights", "current", "activity", "modulation", "decay", "update"):
            self._take(name, arrays[name])
        for name in ("threshold", "slope"):
            if name in layer.used:
                self._take(name, arrays[name])
        n_neuron = layer.sizes["neuron"]
        of_neurons, of_samples = self._n_part()
        self._take("decays", np.zeros((of_samples, n_neuron), layer.dtype))
        self._take("touched", np.zeros(n_neuron, np.bool_))
        self._take("peaks", np.zeros(of_neurons, layer.dtype))
        integer = np.dtype(f"i{layer.dtype.itemsize}")
        self._take("update_bits", arrays["update"].view(integer))
        self._take("modulation_bits", arrays["modulation"].view(integer))
        self._take("peak_bits", self._values["peaks"].view(integer))
        self._take("magnitude", integer.type(np.iinfo(integer).max))
        self._take("peak", np.zeros(1, layer.dtype))
        if draw is not None and draw.samples is not None:
            self._take("samples", draw.samples)
            self._take("scale", layer.dtype.type(draw.scale))
            self._take("order", draw.order)
        self._take("n_step", 1)
        self._take("start", 0)
        self._take("step", 0)
        self._take("rate_factor", layer.dtype.type(1))
        self._take("count", 0)
        self._take("n_row", self._n_row())

    def _sample_lines(self) -> list[str]:
        """What draws and changes sample b of the batch."""
        if self.draw is None:
            return []
        lines = [] if self.draw.samples is None else list(GATHER)
        drawn = "x[b, : n_input - 1]" if self.draw.constant else "x[b]"
        for component, kernel in self.draw.parts:
            arrays = self._numbers(partial(_attributes, component, kernel.arrays))
            lines.append(self._call(kernel, component, drawn, "now", "b", *arrays))
        return lines

    def _take(self, name: str, value: Any) -> str:
        self._values[name] = value
        return name

    def _function(self, function: Any) -> str:
        from numba import njit

        if not hasattr(function, "py_func"):
            function = njit(error_model="numpy")(function)
        name = f"function_{len(self._functions)}"
        self._functions[name] = function
        return name

    def _typed(self, values: Iterable[Any]) -> list[Any]:
        number = self.layer.dtype.type
        return [number(value) if isinstance(value, float) else value for value in values]

    def _numbers(self, ask: Ask) -> list[str]:
        """The names of what a component gives when it is asked, which it is again at each call."""
        names = [self._take(f"number_{len(self._values)}", value) for value in self._typed(ask())]
        if names:
            self._asked.append((names, ask))
        return names

    def _parameters(self, kernel: Kernel, component: Any) -> list[str]:
        return self._numbers(partial(kernel.parameters, component, self.batch))

    def _states(self, kernel: Kernel, component: Any, index: str) -> list[str]:
        return [
            self._take(f"state_{len(self._values)}", getattr(component, name)) + index
            for name in kernel.state
        ]

    def _call(self, kernel: Kernel, component: Any, *given: str) -> str:
        numbers = self._parameters(kernel, component)
        return f"{self._function(kernel.function)}({', '.join([*given, *numbers])})"

    # -- what each component adds to the text ---------------------------------------------------

    def _add(self, text: StepText, place: str, component: Any) -> None:
        interface = interface_of(component)
        answered = interface.events
        if "schedule_rate" in answered:
            clocks = [self.layer.clock] * len(answered["schedule_rate"])
            self._schedule = partial(component.schedule_rate, *clocks)
        if isinstance(component, FunctionRule):
            self._add_function(text, place, component)
        for event, kernel in interface.kernels.items():
            if event in answered and event in FUSED and kernel.function is not None:
                getattr(self, f"_{event}")(text, component, kernel)

    def _add_function(self, text: StepText, place: str, rule: FunctionRule) -> None:
        numbers = self._numbers(partial(_attributes, rule, rule.parameters))
        if rule.competitive:
            given = [
                _samples(name) if rank == 2 else self._of_neurons(rule, name)
                for name, rank in rule.arrays()
            ]
            targets = [_samples("modulation"), *(["decays[part]"] if rule.decays else [])]
            loop = self._function(rule.loop())
            tuples = [f"({''.join(f'{name}, ' for name in names)})" for names in (given, numbers)]
            text.compete.append(f"{loop}({', '.join([*tuples, *targets])})")
            return
        scaled = self.layer.scaled.get(place, ScaledRule(Term(rule)))
        term, coefficient = scaled.term, self._coefficient(text, scaled)
        factor = f"{coefficient} * " if coefficient else ""
        seen = [
            _SEEN.get(symbol) or f"{self._of_neurons(rule, name)}[i]"
            for symbol, (name, _) in zip(rule.symbols, rule.arrays(), strict=True)
        ]
        values = ", ".join([*seen, *numbers])
        call = f"{self._function(rule.function)}({values})"
        # A constant such as 0.5 in a rule makes its result a float64, and what follows slow.
        lines = [f"phi += current.dtype.type({factor}{call})"]
        if rule.decays:
            text.decays = True
            lines = [f"phi_0, d_0 = {call}"]
            lines += [f"{name} += current.dtype.type({factor}{name}_0)" for name in ("phi", "d")]
        if term.phases:
            learns = self._take(f"learns_{len(self._values)}", True)
            self._terms[learns] = term
            lines = [f"if {learns}:", *("    " + line for line in lines)]
        text.phi += lines

    def _of_neurons(self, rule: FunctionRule, name: str) -> str:
        """The name in the text of an array (neuron,) that a rule reads."""
        if name in self._values:
            return name
        return self._take(f"state_{len(self._values)}", getattr(rule, name))

    def _coefficient(self, text: StepText, rule: ScaledRule) -> str:
        """The name of the coefficient of a rule; empty where it is 1."""
        if rule.term.schedule is not None:
            name = self._take(f"number_{len(self._values)}", self.layer.dtype.type(1))
            self._scheduled[name] = rule
            return name
        own = rule.term.coefficient
        return self._numbers(lambda: [own])[0] if own != 1 else ""

    def _schedule_rate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        """Nothing: a step at a time, the schedule is asked itself."""

    def _compute_current(self, text: StepText, component: Any, kernel: Kernel) -> None:
        function = self._functions[self._function(kernel.function)]
        text.effective = self._call(kernel, component, "w")
        weights = self.layer.arrays["weights"]
        effective = self.layer.buffer("effective", weights.shape)
        self._take("effective", effective)
        self._weighing = partial(kernel.parameters, component, self.batch)
        numbers = ", ".join(f"number_{n}" for n, _ in enumerate(self._weighing()))
        fill = compiled(template("fill").format(numbers=numbers), {"function": function})
        self._fill_effective = partial(fill, weights, effective)

    def _shape_current(self, text: StepText, component: Any, kernel: Kernel) -> None:
        text.solve.append(self._call(kernel, component, _samples("current")))

    def _activate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        if kernel.together:
            numbers = self._parameters(kernel, component)
            given = [_samples("current"), *numbers, _samples("activity")]
            text.together.append(f"{self._function(kernel.function)}({', '.join(given)})")
            text.sigma = "activity[i, b]"
        else:
            text.sigma = self._call(kernel, component, "u")

    def _differentiate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        if "slope" in self.layer.used:
            text.slope = self._call(kernel, component, "u", "y")

    def _estimate_threshold(self, text: StepText, component: Any, kernel: Kernel) -> None:
        states = ["threshold[i]", *self._states(kernel, component, "[i]")]
        observed = kernel.observe if isinstance(kernel.observe, tuple) else (kernel.observe,)
        text.observe = [f"{self._function(function)}(y)" for function in observed]
        means = [f"total_{n} * share" for n in range(len(observed))]
        call = self._call(kernel, component, *states, *means, "first")
        targets = ", ".join(["theta", *states[1:]])
        text.estimate = [f"{targets} = {call}", "threshold[i] = theta"]

    def _modulate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        numbers = self._parameters(kernel, component)
        given = [_samples("current"), *numbers, _samples("modulation"), "decays[part]"]
        text.compete.append(f"{self._function(kernel.function)}({', '.join(given)})")

    def _shape_update(self, text: StepText, component: Any, kernel: Kernel) -> None:
        self._still.append(kernel.still)
        lines = text.shape_after if kernel.peak or text.peak else text.shape
        text.peak = text.peak or kernel.peak
        peak = ["peak[0]"] if kernel.peak else []
        lines.append(f"dw = {self._call(kernel, component, 'dw', 'w', *peak)}")

    def _apply_update(self, text: StepText, component: Any, kernel: Kernel) -> None:
        self._still.append(kernel.still)
        states = self._states(kernel, component, "[i, j]")
        numbers = self._parameters(kernel, component)
        if kernel.count:
            self._count = getattr(component, kernel.count)
        if kernel.before is None:
            numbers = ["rate_factor", *numbers]
        else:
            before = self._function(kernel.before)
            taken = ["rate_factor", *(["count"] if kernel.count else []), *numbers]
            text.before = f"prepared = {before}({', '.join(taken)})"
            numbers = ["*prepared"]
        given = ", ".join(["w", "dw", *states, *numbers])
        text.move = [f"{', '.join(['w', *states])} = {self._function(kernel.function)}({given})"]

    def _constrain_weights(self, text: StepText, component: Any, kernel: Kernel) -> None:
        # Also where the update is zero: the initial weights may lie beyond a bound.
        self._still.append(kernel.still)
        if kernel.row:
            text.rows.append(self._call(kernel, component, "weights[i]"))
            return
        filled = ["w", *self._states(kernel, component, "[i, j]")]
        line = f"{', '.join(filled)} = {self._call(kernel, component, *filled)}"
        if text.rows:
            text.rows += ["for j in range(n_input):", "    w = weights[i, j]"]
            text.rows += [f"    {line}", "    weights[i, j] = w"]
        else:
            text.bound.append(line)


def _attributes(component: Any, names: Iterable[str]) -> list[Any]:
    return [getattr(component, name) for name in names]


def _samples(name: str) -> str:
    """The text for the samples of an array that one part of the work is about."""
    return f"{name}[:, first_row:last_row]"
