"""Guard that ends a run whose weights are no longer finite, and names the cause."""

import numpy as np

from plasticity import Clock, LayerView, component, hookimpl, setting
from plasticity.errors import DivergenceError
from plasticity.typing import Array

# The arrays of a step in the order in which they are filled, and the events that fill them.
_FILLED_BY = {
    "x": ("draw_batch", "encode"),
    "current": ("compute_current", "shape_current"),
    "activity": ("activate",),
    "slope": ("differentiate",),
    "threshold": ("estimate_threshold",),
    "modulation": ("modulate",),
    "decay": ("modulate",),
    "update": ("modulate", "propose_update", "shape_update"),
    "weights": ("apply_update", "constrain_weights"),
}


@component
class DivergenceGuard:
    """Ends the run with `DivergenceError` when weights or thresholds are not finite.

    It looks at every `every`-th step and at the end of each epoch. The error names the first array
    of the step that is not finite and the components that fill it; with `every = 1` that is where
    the run went wrong.
    """

    every: int = setting(
        default=10,
        low=1,
        unit="steps",
        doc="steps between two looks; 1 tells exactly where it went wrong, and costs the most",
    )

    @hookimpl
    def run_started(self, clock: Clock) -> None:
        self._steps_per_epoch = clock.steps_per_epoch
        self._last_finite: dict[str, int] = {}

    def following(self, step: int) -> int:
        """Return the next step at which it looks: every `every`-th, and the last of each epoch."""
        return min((step // n + 1) * n for n in (self.every, self._steps_per_epoch))

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        for name in ("weights", "threshold"):
            if name in layer.names and not _finite(layer.array(name)):
                raise DivergenceError(self._message(layer, name))
        self._last_finite[layer.name] = layer.clock.step

    def _message(self, layer: LayerView, name: str) -> str:
        last = self._last_finite.get(layer.name)
        before = "not looked at before" if last is None else f"last finite at step {last}"
        arrays = (array for array in _FILLED_BY if array in layer.names)
        first = next(array for array in arrays if not _finite(layer.array(array)))
        cause = f"the first array of this step that is not finite is {first!r}, filled by " + (
            ", ".join(
                f"{label!r} ({event})"
                for event in _FILLED_BY[first]
                for label in layer.answers.get(event, ())
            )
        )
        if first == "current" and self.every > 1:
            cause += ", so it went wrong in a step before; every = 1 tells where"
        return (
            f"{layer.name}: {name!r} holds infinity or NaN after step {layer.clock.step} "
            f"({before}); {cause}; lower the learning rate, or bound the weights"
        )


def _finite(array: Array) -> bool:
    return bool(np.isfinite(array).all())
