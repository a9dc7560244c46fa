"""Keeps arrays of the layers over the steps of a run."""

from __future__ import annotations

from typing import Any

from plasticity import LayerView, component, hookimpl, setting
from plasticity.errors import SettingError, listed, nearest


@component
class Recorder:
    """Takes named arrays of every layer, or of one, into the store every so many steps.

    `Run.trajectory` gives them over `step`. Arrays that have a value for each sample of the batch
    can be recorded as well; where the last batch of an epoch is smaller, the rest of its frame is
    NaN. A second recorder takes a `group` of its own: `Run.recorded(group)`.

    Raises `SettingError` at the first step where a layer has no array of a name, and at the start
    where there is no layer of the name.
    """

    variables: tuple[str, ...] = setting(
        default=("weights",), doc="names of the arrays: weights, threshold, activity, ..."
    )
    every: int = setting(default=100, low=1, unit="steps", doc="steps between two frames")
    layer: str | None = setting(default=None, doc="name of the one layer to record; all if not set")
    group: str = setting(default="trajectory", doc="where in the layer's part of the store")

    @property
    def looks_at(self) -> tuple[str, ...]:
        """The arrays that it takes: a step that is compiled does not keep all of them."""
        return self.variables

    @hookimpl
    def run_started(self, experiment: Any, store: Any) -> None:
        layers = [experiment.layer_name(index) for index in range(len(experiment.layers))]
        if self.layer is not None and self.layer not in layers:
            raise SettingError(
                f"recorder: there is no layer {self.layer!r}{nearest(self.layer, layers)} "
                f"(there are {listed(layers)})"
            )
        self._store = store
        self._recordings: dict[str, Any] = {}

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        recording = self._recordings.get(layer.name)
        if recording is None:
            if self.layer not in (None, layer.name):
                return
            self._check(layer)
            recording = self._store.record(
                layer, self.variables, every=self.every, group=self.group
            )
            self._recordings[layer.name] = recording
        recording.take()

    def _check(self, layer: LayerView) -> None:
        for name in self.variables:
            if name not in layer.names:
                raise SettingError(
                    f"recorder: {layer.name} has no array {name!r}{nearest(name, layer.names)} "
                    f"(it has {listed(layer.names)})"
                )
