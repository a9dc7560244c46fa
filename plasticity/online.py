"""Many steps of one sample each in one compiled call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from plasticity.components import events_of
from plasticity.frames import Frames
from plasticity.fuse import FusedStep
from plasticity.kernel import Kernel, kernels_of
from plasticity.kernels.compiled import compiled
from plasticity.kernels.online_text import frames_text, online_text
from plasticity.kernels.step_text import StepText
from plasticity.state import Array, LayerState
from plasticity.terms import ScaledRule

# A call lasts about this many multiplications, so that Ctrl-C is heard within a moment.
_MULTIPLICATIONS = 100_000_000


def has_rate_kernel(layer: LayerState) -> bool:
    """Whether the rate of every step, and each coefficient, can be known without asking Python."""
    schedules = [
        component
        for component in layer.components.values()
        if "schedule_rate" in events_of(component)
    ]
    schedules += [rule.term.schedule for rule in layer.scaled.values()]
    return all(
        schedule is None or "schedule_rate" in kernels_of(schedule) for schedule in schedules
    )


class FusedStretch(FusedStep):
    """The compiled steps of one layer that learns from one sample a step."""

    def run(self, steps: int, taking: Iterable[Frames] = ()) -> int:
        """Do up to so many steps of the epoch at hand, and take frames; how many were done."""
        clock = self.layer.clock
        steps = min(steps, self._most)
        for frames in taking:
            steps = frames.begin(clock, steps)
        for frames in taking:
            frames.end_before(clock.step + steps)
        self._put("n_step", steps)
        self._put("step", clock.step)
        self._put("epoch", clock.epoch)
        # The one sample may be the rest of an epoch of larger batches.
        place = clock.step % clock.steps_per_epoch
        self._put("start", place * self.layer.sizes["sample"])
        if self._count is not None:
            self._put("count", int(self._count) + 1)
            self._count += steps
        self._choose_terms()
        taken = [frames for frames in taking if len(frames.due)]
        if taken:
            self._run_with(taken)
        else:
            self._kernel(*self._arguments)
        self._note_rate(steps)
        return steps

    def fills(self, array: Array) -> bool:
        """Whether an array is at each step of a stretch what it would be one by one."""
        return self._count is None or not np.may_share_memory(array, self._count)

    def _run_with(self, taken: list[Frames]) -> None:
        """Do the steps in a kernel around the kernel, which copies arrays in between."""
        counts = tuple(len(frames.arrays) for frames in taken)
        if counts not in self._around:
            text = frames_text(list(self._slot), counts)
            self._around[counts] = compiled(text, {"stretch": self._kernel})
        arguments = list(self._arguments)
        for frames in taken:
            arguments.append(frames.due - self.layer.clock.step)
            for pair in zip(frames.arrays, frames.buffers, strict=True):
                arguments += pair
        self._around[counts](*arguments)

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

    def _n_part(self) -> int:
        return 1

    def _take_arrays(self) -> None:
        super()._take_arrays()
        clock = self.layer.clock
        for name in ("n_step", "step", "epoch"):
            self._take(name, 0)
        self._take("n_step_in_all", clock.n_step)
        self._take("n_epoch", clock.n_epoch)
        sizes = self.layer.sizes
        self._most = max(1, _MULTIPLICATIONS // (sizes["neuron"] * sizes["input"]))
        # By the number of arrays of each listener whose frames they take.
        self._around: dict[tuple[int, ...], Callable[..., Any]] = {}
        # The loop knows by itself which step is the first, and the factor on the rate if any.
        del self._values["first"]

    def _module(self, text: StepText) -> str:
        assert self.draw is not None
        copies = self.draw.copies(self.layer.dtype)
        # Each call looks at all its arguments: it gets those alone that the loop uses.
        text.arguments = []
        used = set(re.findall(r"\w+", online_text(text, copies)))
        used -= {"rate_factor"} if text.rate else set()
        self._values = {name: value for name, value in self._values.items() if name in used}
        text.arguments = list(self._values)
        return online_text(text, copies)

    def _coefficient(self, text: StepText, rule: ScaledRule) -> str:
        schedule = rule.term.schedule
        if schedule is None:
            return super()._coefficient(text, rule)
        name = f"coefficient_{len(text.coefficients)}"
        factor = self._factor(schedule, kernels_of(schedule)["schedule_rate"])
        (own,) = self._numbers([rule.term.coefficient])
        text.coefficients.append(f"{name} = number({own} * {factor})")
        return name

    def _schedule_rate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        text.rate = self._factor(component, kernel)

    def _factor(self, schedule: Any, kernel: Kernel) -> str:
        return self._call(kernel, schedule, "step + t", "epoch", "n_step_in_all", "n_epoch")
