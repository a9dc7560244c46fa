"""Frames of an array along a run, as a page draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.hookspecs import hookimpl
from plasticity.network.view import LayerView
from plasticity.store.writer import StoreWriter

# Group of the store, array, number of frames, and power of the share of the run that they follow.
_COURSE, _GROWTH = ("course", "threshold", 120, 1), ("growth", "weights", 24, 2)
_MOST_NEURONS = 100


class Frames:
    """Listener that records an array of each layer some times along the run.

    growth  record weights, of 100 neurons of the first layer at most, closer together at the
            beginning of the run, in place of thresholds
    """

    def __init__(self, *, growth: bool) -> None:
        self._growth = growth
        self._group, self._name, self._count, self._power = _GROWTH if growth else _COURSE
        self._steps = np.empty(0, np.int64)
        self._store: Any = None
        self._recordings: dict[str, Any] = {}

    @hookimpl
    def run_started(self, clock: Clock, store: StoreWriter) -> None:
        shares = np.linspace(0, 1, self._count) ** self._power
        self._steps = np.unique(np.round(1 + shares * (clock.n_step - 1)).astype(np.int64))
        self._store, self._recordings = store, {}

    def following(self, step: int) -> int | None:
        """Return the next step of which a frame is taken."""
        index = np.searchsorted(self._steps, step, side="right")
        return int(self._steps[index]) if index < len(self._steps) else None

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        first = layer.name == self._store.attributes["layers"][0]
        if self._name not in layer.names or (self._growth and not first):
            return
        if layer.name not in self._recordings:
            n_neuron = len(layer.array(self._name))
            few = range(_MOST_NEURONS if self._growth and n_neuron > _MOST_NEURONS else 0)
            self._recordings[layer.name] = self._store.record(
                layer, (self._name,), group=self._group, neurons=tuple(few)
            )
        self._recordings[layer.name].take()
