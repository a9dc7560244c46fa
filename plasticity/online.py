"""Many steps of one sample each in one compiled call."""

from __future__ import annotations

from typing import Any

from plasticity.components import events_of
from plasticity.fuse import FusedStep
from plasticity.kernel import Kernel, kernels_of
from plasticity.kernels.online_text import online_text
from plasticity.kernels.step_text import StepText
from plasticity.state import LayerState

# A call lasts about this many multiplications, so that Ctrl-C is heard within a moment.
_MULTIPLICATIONS = 100_000_000


def has_rate_kernel(layer: LayerState) -> bool:
    """Whether the learning rate of every step can be known without asking Python."""
    return all(
        "schedule_rate" in kernels_of(component)
        for component in layer.components.values()
        if "schedule_rate" in events_of(component)
    )


class FusedStretch(FusedStep):
    """The compiled steps of one layer that learns from one sample a step."""

    def run(self, steps: int) -> int:
        """Do up to so many steps of the epoch at hand; how many were done."""
        layer, clock = self.layer, self.layer.clock
        product = layer.sizes["neuron"] * layer.sizes["input"]
        steps = min(steps, max(1, _MULTIPLICATIONS // product))
        arguments, slot = self._arguments, self._slot
        arguments[slot["n_step"]] = steps
        arguments[slot["step"]] = clock.step
        arguments[slot["epoch"]] = clock.epoch
        arguments[slot["start"]] = clock.step % clock.steps_per_epoch * layer.sizes["sample"]
        if self._count is not None:
            arguments[slot["count"]] = int(self._count) + 1
            self._count += steps
        self._choose_terms()
        self._kernel(*arguments)
        self._note_rate(steps)
        return steps

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
        # The loop knows by itself which step is the first, and the factor on the rate if any.
        del self._values["first"]

    def _module(self, text: StepText) -> str:
        assert self.draw is not None
        if text.rate:
            text.arguments.remove("rate_factor")
            del self._values["rate_factor"]
        return online_text(text, self.draw.copies(self.layer.dtype))

    def _schedule_rate(self, text: StepText, component: Any, kernel: Kernel) -> None:
        text.rate = self._call(kernel, component, "step + t", "epoch", "n_step_in_all", "n_epoch")
