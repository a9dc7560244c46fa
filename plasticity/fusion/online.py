"""Many steps in one compiled call."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from plasticity.components.interface import interface_of
from plasticity.components.kernel import Kernel
from plasticity.components.rule import ScaledRule
from plasticity.fusion.frames_text import frames_text
from plasticity.fusion.online_text import online_text
from plasticity.fusion.step import FusedStep
from plasticity.fusion.step_text import StepText
from plasticity.kernels.compiled import compiled
from plasticity.machine.threads import may_start_threads
from plasticity.network.capture import Frames
from plasticity.network.state import LayerState
from plasticity.typing import Array

_WORTH_SHARING = 30_000  # values of an array; fewer are copied before a second thread has begun
# A call lasts about this many multiplications, so that Ctrl-C is heard within a moment: one sample
# after the other, or in products of matrices.
_ONE_BY_ONE, _IN_PRODUCTS = 100_000_000, 4_000_000_000


def has_rate_kernel(layer: LayerState) -> bool:
    """Whether the rate of every step, and each coefficient, can be known without asking Python."""
    schedules = [
        component
        for component in layer.components.values()
        if "schedule_rate" in interface_of(component).events
    ]
    schedules += [rule.term.schedule for rule in layer.scaled.values()]
    return all(
        schedule is None or "schedule_rate" in interface_of(schedule).kernels
        for schedule in schedules
    )


class FusedStretch(FusedStep):
    """The compiled steps of one layer that draws its inputs by itself."""

    def run(self, steps: int, taking: Collection[Frames] = ()) -> int:
        """Do up to so many steps of the epoch at hand, and take frames; how many were done."""
        clock = self.layer.clock
        steps = min(steps, self._most)
        for frames in taking:
            steps = frames.begin(clock, steps)
        for frames in taking:
            frames.end_with(clock.step + steps)
        self._put("n_step", steps)
        self._put("step", clock.step)
        self._put("epoch", clock.epoch)
        self._put("n_step_in_all", clock.n_step)
        self._put("n_epoch", clock.n_epoch)
        # The last batch of an epoch may be smaller than the others.
        place = clock.step % clock.steps_per_epoch
        self._put("start", place * self.layer.sizes["sample"])
        if self._count is not None:
            self._put("count", int(self._count) + 1)
            self._count += steps
        self._ask_again()
        self._choose_terms()
        if any(len(frames.due) for frames in taking):
            self._run_with(taking)
        else:
            self._kernel(*self._arguments)
        self._note_rate(steps)
        return steps

    def fills(self, array: Array) -> bool:
        """Whether an array is at each step of a stretch what it would be one by one."""
        return self._count is None or not np.may_share_memory(array, self._count)

    def _run_with(self, taken: Collection[Frames]) -> None:
        """Do the steps in a kernel around the kernel, which copies arrays in between."""
        arguments, kept = list(self._arguments), []
        for frames in taken:
            copied, summed = frames.copied(), frames.summed()
            several = self._n_part()[0] > 1 and may_start_threads()
            shared = [several and array.size > _WORTH_SHARING for array, _ in copied]
            kept.append((tuple(shared), len(summed)))
            arguments.append(frames.due - self.layer.clock.step)
            for array, slots in copied:
                arguments += [array, slots.flat, slots.slots, slots.parts, slots.run]
            for pair in summed:
                arguments += pair
        key = tuple(kept)
        if key not in self._around:
            from plasticity.kernels.pairwise_sum import total

            functions = {"stretch": self._kernel, "total": total}
            self._around[key] = compiled(frames_text(list(self._slot), key), functions)
        self._around[key](*arguments)

    def _put(self, name: str, value: int) -> None:
        if name in self._slot:
            self._arguments[self._slot[name]] = value

    def _note_rate(self, steps: int) -> None:
        """Leave the factor of the last step on the clock, as the plan does."""
        clock = self.layer.clock
        if self._schedule is not None:
            clock.step += steps - 1
            clock.rate_factor = self._schedule()
            clock.step -= steps - 1

    def __call__(self) -> None:
        """Do one step."""
        self.run(1)

    def _n_part(self) -> tuple[int, int]:
        return (1, 1) if self.batch == 1 else super()._n_part()

    def _take_arrays(self) -> None:
        super()._take_arrays()
        for name in ("epoch", "n_step_in_all", "n_epoch"):
            self._take(name, 0)
        sizes = self.layer.sizes
        most = _ONE_BY_ONE if self.batch == 1 else _IN_PRODUCTS
        self._most = max(1, most // (sizes["neuron"] * sizes["input"] * self.batch))
        # By the arrays of each listener that they copy or sum up.
        self._around: dict[Any, Callable[..., Any]] = {}

    def _module(self, text: StepText) -> str:
        # Each call looks at all its arguments: it gets those alone that the loop uses.
        text.arguments = []
        used = set(re.findall(r"\w+", self._written(text)))
        used -= {"rate_factor"} if text.rate else set()
        self._values = {name: value for name, value in self._values.items() if name in used}
        text.arguments = list(self._values)
        return self._written(text)

    def _written(self, text: StepText) -> str:
        assert self.draw is not None
        if self.batch > 1:
            return text.text()
        return online_text(text, self.draw.copies(self.layer.dtype))

    def _coefficient(self, text: StepText, rule: ScaledRule) -> str:
        schedule = rule.term.schedule
        if schedule is None:
            return super()._coefficient(text, rule)
        name = f"coefficient_{len(text.coefficients)}"
        factor = self._factor(schedule, interface_of(schedule).kernels["schedule_rate"])
        (own,) = self._numbers(lambda: [rule.term.coefficient])
        text.coefficients.append(f"{name} = number({own} * {factor})")
        return name

    def _schedule_rate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        text.rate = self._factor(component, kernel)

    def _factor(self, schedule: Any, kernel: Kernel) -> str:
        return self._call(kernel, schedule, "step + t", "epoch", "n_step_in_all", "n_epoch")
