"""One compiled step for a layer, made of the kernels of its components."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from plasticity.components.interface import interface_of
from plasticity.fusion.blocks import parts_of_step, rows_at_a_time
from plasticity.fusion.composition import Composition
from plasticity.fusion.inputs import Draw
from plasticity.fusion.templates.arrays import Inputs, Neurons, Synapses
from plasticity.kernels.compiled import compiled
from plasticity.machine.threads import may_start_threads
from plasticity.network.state import LayerState


class FusedStep:
    """The compiled step of one layer for one size of batch; calling it does the step.

    It lets the layer respond, adapt, learn and be constrained, as the plan would; with a `draw` it
    draws the batch as well. When it asks the components for their numbers `Kernel` tells.
    """

    several = False  # whether one call may do several steps

    def __init__(self, layer: LayerState, batch: int, draw: Draw | None) -> None:
        from numba import get_num_threads

        from plasticity.fusion.templates import fill, minibatch, online

        self.layer = layer
        self.batch = batch
        self.draw = draw
        made = self._composition = Composition(layer, batch, draw, self.several)
        sizes = layer.sizes
        shape = sizes["neuron"], batch, sizes["input"]
        self._cut = (1, 1) if made.online else parts_of_step(*shape)
        self._parts = (may_start_threads(), *self._cut, rows_at_a_time(*shape))
        functions = made.functions()
        flags = made.flags()
        self.template = online if made.online else minibatch
        if not made.online:
            # Starts Numba's threads, without which a kernel from the disk finds no loop for them:
            # Numba does so for the loop alone, not for what calls one that came from the disk too.
            get_num_threads()
        self._kernel = compiled(self.template, functions | flags)
        self._arrays = self._arrays_of(flags)
        self._given_arrays = tuple(tuple(some) for some in self._arrays)
        self._states = tuple(made.states)
        self._known: list[Any] = [None] * len(made.asked)
        self._fill_effective: Callable[..., None] | None = None
        if "effective_of" in functions:
            self._fill_effective = compiled(fill, {"effective_of": functions["effective_of"]})

    def refresh(self) -> None:
        """Take note that the weights may have been changed from outside since the last step."""
        if self._fill_effective is not None:
            self._ask_again()
            _, _, synapses = self._arrays
            numbers = tuple(self._composition.numbers)
            self._fill_effective(synapses.weights, synapses.effective, numbers)

    def __call__(self) -> None:
        """Do one step."""
        clock, made = self.layer.clock, self._composition
        if made.schedule is not None:
            clock.rate_factor = made.schedule()
        if made.count is not None:
            made.count += 1
        self._kernel(*self._arguments(1))

    @property
    def source(self) -> str:
        """The file of the module that is compiled: the template, copied under a hash."""
        path: str = getattr(self._kernel, "py_func", self._kernel).__code__.co_filename
        return path

    def calls(self) -> list[tuple[str, str, str]]:
        """Return the calls of components' functions in order.

        Each is the name of a function of the template, the label of the component, and the name of
        its function.
        """
        return [
            (name, interface_of(call.component).label, _name_of(call.function))
            for name, calls in self._composition.calls_of_template().items()
            for call in calls
        ]

    def _arguments(self, steps: int) -> tuple[Any, ...]:
        """The arguments of the kernel for the steps from here on."""
        clock, made, number = self.layer.clock, self._composition, self.layer.dtype.type
        if self._ask_again():
            self.refresh()
        numbers = made.numbers
        for position, term in made.terms.items():
            numbers[position] = term.learns_in(clock.phase)
        for position, rule in made.scheduled.items():
            numbers[position] = number(rule.coefficient(clock))
        return (
            steps,
            clock.step,
            clock.step % clock.steps_per_epoch * self.layer.sizes["sample"],
            0 if made.count is None else int(made.count) + self.several,
            number(clock.rate_factor),
            (clock.epoch, clock.n_step, clock.n_epoch),
            self._parts,
            self._given_arrays,
            self._states,
            tuple(numbers),
        )

    def _arrays_of(self, flags: Mapping[str, bool]) -> tuple[Inputs, Neurons, Synapses]:
        """The arrays that a step with these flags uses."""
        layer, draw, dtype = self.layer, self.draw, self.layer.dtype
        arrays = layer.batch_arrays(self.batch)
        n_neuron = layer.sizes["neuron"]
        peak, competes = flags["PEAK"], flags["COMPETES"]
        sparse, together = competes and not flags["RULES"], peak or competes
        inputs: dict[str, Any] = {"x": arrays["x"]}
        if draw is not None and draw.samples is not None:
            inputs |= {
                "samples": draw.samples,
                "order": draw.order,
                "scale": dtype.type(draw.scale),
            }
        seen = ["x", "current", "activity", *({"threshold", "slope"} & layer.used)]
        moved = ["weights"]
        if together or flags["DECAYS"]:
            seen.append("decay")
        if together or not self._composition.online:
            seen.append("modulation")
            moved.append("update")
        neurons = {name: arrays[name] for name in seen}
        synapses = {name: arrays[name] for name in moved}
        integer = np.dtype(f"i{dtype.itemsize}")
        if flags["EFFECTIVE"]:
            synapses["effective"] = layer.buffer("effective", arrays["weights"].shape)
        if sparse or peak:
            synapses["magnitude"] = integer.type(np.iinfo(integer).max)
        if together:
            neurons["decays"] = np.zeros((self._cut[1], n_neuron), dtype)
        if sparse:
            neurons["touched"] = np.zeros(n_neuron, np.bool_)
            neurons["bits"] = arrays["modulation"].view(integer)
        if peak:
            peaks = np.zeros(self._cut[0], dtype)
            synapses |= {"peak": np.zeros(1, dtype), "peaks": peaks}
            synapses |= {"bits": arrays["update"].view(integer), "peak_bits": peaks.view(integer)}
        return Inputs(**inputs), Neurons(**neurons), Synapses(**synapses)

    def _ask_again(self) -> bool:
        """Note the numbers that components give now; tell whether effective weights are others."""
        made, changed = self._composition, False
        for n, (first, ask) in enumerate(made.asked):
            values = list(ask())
            if values == self._known[n]:
                continue
            for position, value in enumerate(values, first):
                made.numbers[position] = made.typed(value)
            changed = changed or n == made.weighing
            # An array of equal values may be another one, so these are handed over each time.
            arrays = any(isinstance(value, np.ndarray) for value in values)
            self._known[n] = None if arrays else values
        return changed


def _name_of(function: Any) -> str:
    function = getattr(function, "py_func", function)
    return f"{function.__module__}.{function.__qualname__}"
