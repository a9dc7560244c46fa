"""Ends a run when a measurement is good enough."""

from typing import Any

import numpy as np

from plasticity import Cadence, Clock, LayerView, Variable, component, hookimpl, setting
from plasticity.errors import SettingError, listed, nearest


@component
class EarlyStopping:
    """Ends the run when a measurement is beyond a limit several times in a row.

    A measurement with a number for each neuron counts by its mean. NaN is neither below nor above.
    A measurement that is missing now and then leaves the count as it is.

    Raises `SettingError` where not exactly one limit is given, where there is no layer of the name,
    and at the first measurement where no metric measures the quantity.
    """

    measurement: str = setting(doc="name of the measurement: weight_change, convergence, ...")
    below: float | None = setting(default=None, doc="stop when the measurement is less than this")
    above: float | None = setting(default=None, doc="stop when the measurement is more than this")
    patience: int = setting(default=1, low=1, unit="measurements", doc="measurements in a row")
    layer: str | None = setting(
        default=None, doc="name of the layer to look at; the last one if not set"
    )

    met = Variable((), dtype="int64", description="how often in a row the limit has been met")

    def __attrs_post_init__(self) -> None:
        if (self.below is None) == (self.above is None):
            given = "neither" if self.below is None else "both"
            raise SettingError(
                f"early_stopping: one of below and above must be given, got {given}: they say when "
                f"{self.measurement!r} is good enough"
            )

    @hookimpl
    def run_started(self, experiment: Any, clock: Clock) -> None:
        layers = [experiment.layer_name(index) for index in range(len(experiment.layers))]
        if self.layer is not None and self.layer not in layers:
            raise SettingError(
                f"early_stopping: there is no layer {self.layer!r}{nearest(self.layer, layers)} "
                f"(there are {listed(layers)})"
            )
        if not experiment.metrics:
            raise SettingError(
                f"early_stopping: nothing measures {self.measurement!r}; the experiment has no "
                "metrics"
            )
        usual = experiment.measure_every or clock.steps_per_epoch
        first = [_every(metric, usual) for metric in experiment.metrics]
        # By then everything has been measured once.
        self._all_measured = max(
            Cadence.of(every, clock.steps_per_epoch).following(clock.step) or 0 for every in first
        )
        self._watched = self.layer or layers[-1]
        self._reason: str | None = None
        self._known = False

    @hookimpl
    def measured(self, layer: LayerView, measurements: dict[str, Any]) -> None:
        if layer.name != self._watched:
            return
        if self.measurement not in measurements:
            if self._known or layer.clock.step < self._all_measured:
                return
            raise SettingError(
                f"early_stopping: nothing measures {self.measurement!r}"
                f"{nearest(self.measurement, measurements)} (measured are {listed(measurements)})"
            )
        self._known = True
        value = float(np.mean(measurements[self.measurement]))
        low = self.below is not None and value < self.below
        high = self.above is not None and value > self.above
        self.met[...] = self.met + 1 if low or high else 0
        if self.met >= self.patience:
            limit = f"below {self.below:g}" if low else f"above {self.above:g}"
            self._reason = f"{self.measurement} of {layer.name} is {value:.4g}, {limit}"

    def following(self, step: int) -> int | None:
        """Return the next step once there is a reason to stop, else None."""
        return step + 1 if self._reason else None

    @hookimpl
    def should_stop(self) -> str | None:
        return self._reason


def _every(metric: Any, usual: int) -> Any:
    """Return when a metric of a spec measures, given by name or as a component."""
    settings = getattr(metric, "settings", {})
    return settings.get("every") or getattr(metric, "every", None) or usual
