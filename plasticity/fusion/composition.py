"""What a template gets from the kernels of a layer's components: functions, flags, numbers."""

from collections.abc import Callable, Iterable
from functools import partial
from textwrap import indent
from typing import Any

import attrs

from plasticity.components.function_rule import FunctionRule
from plasticity.components.interface import interface_of
from plasticity.components.kernel import Kernel
from plasticity.components.rule import ScaledRule, Term
from plasticity.fusion.inputs import Draw
from plasticity.network.state import LayerState
from plasticity.typing import Array

Ask = Callable[[], Iterable[Any]]

_SYMBOLS = ("y", "u", "theta", "slope")
_STEP = ("step", "epoch", "n_step", "n_epoch")

# The functions of a template that are put in, in its order: arguments, and what they return.
_FUNCTIONS = {
    "draw": ("sample, now, b, numbers", ""),
    "rate": ("step, epoch, n_step, n_epoch, numbers", "factor"),
    "coefficients": ("step, epoch, n_step, n_epoch, numbers", "coefficient"),
    "prepare": ("rate_factor, count, numbers", "prepared"),
    "couple": ("first, last, neurons, numbers", ""),
    "activate": ("u, numbers", "y"),
    "differentiate": ("u, y, numbers", "slope"),
    "means": ("activity, i, share", "mean"),
    "observe": ("y, zero", "mean"),
    "estimate": ("theta, means, first, i, states, numbers", "theta"),
    "look": ("i, states", "seen"),
    "rules": ("phi, d, u, y, theta, slope, seen, numbers", "phi, d"),
    "compete": ("first, last, part, neurons, states, numbers", ""),
    "shape": ("dw, w, numbers", "dw"),
    "load": ("i, j, states", "kept"),
    "learn": ("w, dw, peak, kept, numbers", "w, kept"),
    "store": ("i, j, states, kept", ""),
    "constrain": ("weights, i, states, numbers", ""),
    "effective_of": ("w, numbers", "w"),
}


@attrs.frozen
class KernelCall:
    """One call of a component's function within a function of a template."""

    component: Any
    function: Any  # compiled by Numba
    given: tuple[str, ...]  # its arguments
    line: str = "{}"  # what is done with what it returns, which stands at {}

    def text(self, name: str) -> str:
        """The call as a line of Python, by the name of the function."""
        return self.line.format(f"{name}({', '.join(self.given)})")


class Composition:
    """What the components of a layer do in a compiled step: calls of their functions in order."""

    def __init__(self, layer: LayerState, batch: int, draw: Draw | None, several: bool) -> None:
        self.layer = layer
        self.batch = batch
        self.draw = draw
        self.several = several
        self.calls: dict[str, list[KernelCall]] = {}  # by function of the template
        self.states: list[Array] = []  # of components, of which a call gets an element
        self.numbers: list[Any] = []  # what calls get beside: `parameters` of a Kernel and the like
        self.asked: list[tuple[int, Ask]] = []  # first position of some numbers, and their source
        self.terms: dict[int, Term] = {}  # position -> term whose phases decide about the number
        self.scheduled: dict[int, ScaledRule] = {}  # position -> rule whose schedule gives it
        self.count: Array | None = None  # of the updates
        self.schedule: Callable[[], float] | None = None  # the factor on the learning rate
        self.weighing: int | None = None  # entry of `asked` on which effective weights depend
        self._loaded: list[str] = []
        self._seen: list[str] = []
        self._still: list[bool] = []
        self._decays = self._peak = False
        for component, kernel in draw.parts if draw is not None else ():
            arrays = self._numbers(partial(_attributes, component, kernel.arrays))
            self._add("draw", component, kernel, "sample", "now", "b", *arrays)
        for place, component in layer.components.items():
            interface = interface_of(component)
            events = interface.events
            if "schedule_rate" in events:
                clocks = [layer.clock] * len(events["schedule_rate"])
                self.schedule = partial(component.schedule_rate, *clocks)
            if isinstance(component, FunctionRule):
                self._rule(place, component)
            for event, kernel in interface.kernels.items():
                if event in events and event in _ADDED and kernel.function is not None:
                    _ADDED[event](self, component, kernel)

    # -- what each event adds -------------------------------------------------------------------

    def _compute_current(self, component: Any, kernel: Kernel) -> None:
        self.weighing = len(self.asked)
        self._add("effective_of", component, kernel, "w", line="w = {}")

    def _shape_current(self, component: Any, kernel: Kernel) -> None:
        self._add("solve", component, kernel, _samples("current"))

    def _activate(self, component: Any, kernel: Kernel) -> None:
        if kernel.together:
            numbers = self._parameters(component, kernel)
            given = (_samples("current"), *numbers, _samples("activity"))
            self._call("compare", component, kernel.function, *given)
        else:
            self._add("activate", component, kernel, "u", line="y = {}")

    def _differentiate(self, component: Any, kernel: Kernel) -> None:
        if "slope" in self.layer.used:
            self._add("differentiate", component, kernel, "u", "y", line="slope = {}")

    def _estimate_threshold(self, component: Any, kernel: Kernel) -> None:
        observe = kernel.observe if isinstance(kernel.observe, tuple) else (kernel.observe,)
        for n, function in enumerate(observe):
            if self.online:
                self._call("observe", component, function, "y", line=f"mean_{n} = type(zero)({{}})")
            else:
                line = f"mean_{n} = {{}} * share"
                self._call("means", component, function, "activity", "i", line=line)
        means = [f"means[{n}]" for n, _ in enumerate(observe)]
        states = self._states(component, kernel, "i")
        line = f"{', '.join(['theta', *states])} = {{}}"
        self._add("estimate", component, kernel, "theta", *states, *means, "first", line=line)

    def _modulate(self, component: Any, kernel: Kernel) -> None:
        numbers = self._parameters(component, kernel)
        given = (_samples("current"), *numbers, _samples("modulation"), "neurons.decays[part]")
        self._call("compete", component, kernel.function, *given)

    def _rule(self, place: str, rule: FunctionRule) -> None:
        numbers = self._numbers(partial(_attributes, rule, rule.parameters))
        if rule.competitive:
            given = [
                _samples(name) if rank == 2 else self._of_neurons(rule, name)
                for name, rank in rule.arrays()
            ]
            targets = [_samples("modulation"), *(["neurons.decays[part]"] if rule.decays else [])]
            self._call("compete", rule, rule.loop(), _tuple(given), _tuple(numbers), *targets)
            return
        scaled = self.layer.scaled.get(place, ScaledRule(Term(rule)))
        factor = self._coefficient(scaled)
        seen = [
            symbol if symbol in _SYMBOLS else self._looked_at(self._of_neurons(rule, name))
            for symbol, (name, _) in zip(rule.symbols, rule.arrays(), strict=True)
        ]
        # A constant such as 0.5 in a rule makes its result a float64, and what follows slow.
        line = f"phi += type(phi)({factor}{{}})"
        if rule.decays:
            self._decays = True
            line = f"more, fading = {{}}\nphi += type(phi)({factor}more)\n"
            line += f"d += type(d)({factor}fading)"
        if scaled.term.phases:
            self.terms[len(self.numbers)] = scaled.term
            line = f"if {self._constant(True)}:\n{indent(line, '    ')}"
        elif self.online and not rule.decays and "rules" not in self.calls:
            # 0 + phi is work to a compiler, for the sake of phi = -0.
            line = line.replace("+=", "=")
        self._call("rules", rule, rule.function, *seen, *numbers, line=line)

    def _coefficient(self, rule: ScaledRule) -> str:
        """Return the text for the factor on what a rule gives; empty where it is 1."""
        schedule, own = rule.term.schedule, rule.term.coefficient
        if schedule is None:
            return f"{self._constant(own)} * " if own != 1 else ""
        if not self.several:
            self.scheduled[len(self.numbers)] = rule
            return f"{self._constant(1.0)} * "
        number = self._constant(own)
        kernel = interface_of(schedule).kernels["schedule_rate"]
        name = f"coefficient_{len(self.calls.get('coefficients', ()))}"
        line = f"{name} = type({number})({number} * {{}})"
        self._add("coefficients", schedule, kernel, *_STEP, line=line)
        return f"{name} * "

    def _schedule_rate(self, component: Any, kernel: Kernel) -> None:
        if self.several:
            self._add("rate", component, kernel, *_STEP, line="factor = {}")

    def _shape_update(self, component: Any, kernel: Kernel) -> None:
        self._still.append(kernel.still)
        self._peak = self._peak or kernel.peak
        name = "shape_by_peak" if self._peak else "shape"
        given = ("dw", "w", "peak") if kernel.peak else ("dw", "w")
        self._add(name, component, kernel, *given, line="dw = {}")

    def _apply_update(self, component: Any, kernel: Kernel) -> None:
        self._still.append(kernel.still)
        kept = self._kept(component, kernel)
        numbers = self._parameters(component, kernel)
        if kernel.count:
            self.count = getattr(component, kernel.count)
        if kernel.before is not None:
            given = ("rate_factor", *(["count"] if kernel.count else []), *numbers)
            self._call("prepare", component, kernel.before, *given, line="prepared = {}")
            numbers = []
        line = f"{', '.join(['w', *kept])} = {{}}"
        given = ("w", "dw", *kept, "*prepared", *numbers)
        self._call("move", component, kernel.function, *given, line=line)

    def _constrain_weights(self, component: Any, kernel: Kernel) -> None:
        # Also where the update is zero: the initial weights may lie beyond a bound.
        self._still.append(kernel.still)
        if kernel.row:
            self._add("constrain", component, kernel, "weights")
        elif "constrain" in self.calls:
            given = ("weights[j]", *self._states(component, kernel, "i, j"))
            line = f"for j in range(len(weights)):\n    {', '.join(given)} = {{}}"
            self._add("constrain", component, kernel, *given, line=line)
        else:
            given = ("w", *self._kept(component, kernel))
            self._add("bound", component, kernel, *given, line=f"{', '.join(given)} = {{}}")

    # -- what a template gets -------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """Whether the template is that for one sample a step."""
        return self.several and self.batch == 1

    def flags(self) -> dict[str, bool]:
        """The flags of a template."""
        draw, calls = self.draw, self.calls
        return {
            "COPIES": draw is not None and draw.copies(self.layer.dtype),
            "DRAWS": "draw" in calls,
            "GATHERS": draw is not None and draw.samples is not None,
            "CONSTANT": draw is not None and draw.constant,
            "EFFECTIVE": "effective_of" in calls,
            "COUPLES": "solve" in calls or "compare" in calls,
            "TOGETHER": "compare" in calls,
            "SLOPE": "slope" in self.layer.used,
            "ESTIMATES": "estimate" in calls,
            "RULES": "rules" in calls,
            "DECAYS": self._decays,
            "COMPETES": "compete" in calls,
            "PEAK": self._peak,
            "ROWS": "constrain" in calls,
            "STILL": all(self._still),
            "SCHEDULED": "rate" in calls,
            "COEFFICIENTS": "coefficients" in calls,
        }

    def functions(self) -> dict[str, Any]:
        """The functions of a template."""
        made = {
            name: self._composed(name, calls) for name, calls in self.calls_of_template().items()
        }
        stored = [f"{element} = kept[{n}]" for n, element in enumerate(self._loaded)]
        made["load"] = _defined("load", [f"return {_tuple(self._loaded)}"])
        made["store"] = _defined("store", stored or ["pass"])
        made["look"] = _defined("look", [f"return {_tuple(self._seen)}"])
        return made

    def _composed(self, name: str, calls: list[KernelCall]) -> Any:
        """Return a function of the template that makes calls one after another."""
        from plasticity.fusion.templates.minibatch import total_of

        # Behind the numbers stand those that are found anew for each step.
        n, scheduled = len(self.numbers), len(self.calls.get("coefficients", ()))
        kept = [f"kept_{k}" for k, _ in enumerate(self._loaded)]
        before, after = [], _FUNCTIONS[name][1]
        if name == "rules":
            before = [f"coefficient_{k} = numbers[{n + k}]" for k in range(scheduled)]
        if name == "learn":
            before = [f"prepared = numbers[{n + scheduled}:]"]
            before += [f"{_tuple(kept)} = kept"] if kept else []
            after = f"w, {_tuple(kept)}"
        if after in ("coefficient", "mean"):
            after = _tuple(f"{after}_{k}" for k, _ in enumerate(calls))
        lines = [*before, *(call.text(f"function_{k}") for k, call in enumerate(calls))]
        functions = [call.function for call in calls]
        if name == "means":
            functions = [total_of(function) for function in functions]
        return _defined(name, [*lines, f"return {after}"], *functions)

    def calls_of_template(self) -> dict[str, list[KernelCall]]:
        """The calls in each function of a template, in the order in which it calls these."""
        calls = dict(self.calls)
        learn = ("shape", "shape_by_peak", "move", "bound")
        for name, some in {"couple": ("solve", "compare"), "learn": learn[self._peak :]}.items():
            calls[name] = [call for part in some for call in calls.pop(part, [])]
        return {name: calls[name] for name in _FUNCTIONS if calls.get(name)}

    def _add(
        self, name: str, component: Any, kernel: Kernel, *given: str, line: str = "{}"
    ) -> None:
        """Add a call of the function of a kernel, which takes its parameters last."""
        numbers = self._parameters(component, kernel)
        self._call(name, component, kernel.function, *given, *numbers, line=line)

    def _call(
        self, name: str, component: Any, function: Any, *given: str, line: str = "{}"
    ) -> None:
        call = KernelCall(component, _compiled(function), given, line)
        self.calls.setdefault(name, []).append(call)

    def _constant(self, value: Any) -> str:
        self.numbers.append(self.typed(value))
        return f"numbers[{len(self.numbers) - 1}]"

    def _numbers(self, ask: Ask) -> list[str]:
        """The texts for what a component gives when it is asked, which it is again at each call."""
        first, values = len(self.numbers), list(ask())
        if values:
            self.asked.append((first, ask))
        return [self._constant(value) for value in values]

    def _parameters(self, component: Any, kernel: Kernel) -> list[str]:
        return self._numbers(partial(kernel.parameters, component, self.batch))

    def _states(self, component: Any, kernel: Kernel, index: str) -> list[str]:
        return [f"{self._state(getattr(component, name))}[{index}]" for name in kernel.state]

    def _kept(self, component: Any, kernel: Kernel) -> list[str]:
        """The texts for a component's numbers of one weight, between `load` and `store`."""
        first = len(self._loaded)
        self._loaded += self._states(component, kernel, "i, j")
        return [f"kept_{first + n}" for n, _ in enumerate(kernel.state)]

    def _looked_at(self, array: str) -> str:
        self._seen.append(f"{array}[i]")
        return f"seen[{len(self._seen) - 1}]"

    def _state(self, array: Array) -> str:
        self.states.append(array)
        return f"states[{len(self.states) - 1}]"

    def _of_neurons(self, rule: FunctionRule, name: str) -> str:
        return self._state(getattr(rule, name))

    def typed(self, value: Any) -> Any:
        """A number in the floating point type of the layer."""
        return self.layer.dtype.type(value) if isinstance(value, float) else value


_ADDED = {
    "compute_current": Composition._compute_current,
    "shape_current": Composition._shape_current,
    "activate": Composition._activate,
    "differentiate": Composition._differentiate,
    "schedule_rate": Composition._schedule_rate,
    "estimate_threshold": Composition._estimate_threshold,
    "modulate": Composition._modulate,
    "shape_update": Composition._shape_update,
    "apply_update": Composition._apply_update,
    "constrain_weights": Composition._constrain_weights,
}


def _attributes(component: Any, names: Iterable[str]) -> list[Any]:
    return [getattr(component, name) for name in names]


def _tuple(elements: Iterable[str]) -> str:
    return f"({''.join(f'{element}, ' for element in elements)})"


def _samples(name: str) -> str:
    return f"neurons.{name}[:, first:last]"


def _compiled(function: Any) -> Any:
    """A function as Numba compiles it, which it may be already.

    If not, for this step alone: within loops that may fuse a product and a sum so may it.
    """
    from plasticity.kernels.cache import inner_njit

    return function if hasattr(function, "py_func") else inner_njit()(function)


def _defined(name: str, lines: list[str], *functions: Any) -> Any:
    """Return a function of a template of these lines, a part of the loop that calls it."""
    from numba import njit

    names: dict[str, Any] = {f"function_{n}": function for n, function in enumerate(functions)}
    exec(f"def {name}({_FUNCTIONS[name][0]}):\n" + indent("\n".join(lines), "    "), names)
    return njit(error_model="numpy", inline="always")(names[name])
