"""Frames of an array along a run, as a page draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.hookspecs import hookimpl
from plasticity.network.view import LayerView
from plasticity.store.writer import StoreWriter

GROWTH, COURSE = "growth", "course"  # the groups of a store
N_GROWTH, N_COURSE = 24, 120
_MOST_NEURONS = 100


class Frames:
    """Listener that records an array of each layer some times along the run.

    group         of the store, in each layer's part
    name          of the array; a layer without it is left out
    count         number of frames, a few less where steps coincide
    denser_first  take them closer together at the beginning, equally spaced in the root of the step
    first         record only the first layer, and of it the first 100 neurons
    """

    def __init__(
        self, group: str, name: str, count: int, *, denser_first: bool = False, first: bool = False
    ) -> None:
        self._group, self._name, self._count = group, name, count
        self._power, self._first = 2 if denser_first else 1, first
        self._steps = np.empty(0, np.int64)
        self._store: Any = None
        self._recordings: dict[str, Any] = {}
        self._layers: tuple[str, ...] = ()

    @hookimpl
    def run_started(self, clock: Clock, store: StoreWriter) -> None:
        shares = np.linspace(0, 1, self._count) ** self._power
        self._steps = np.unique(np.round(1 + shares * (clock.n_step - 1)).astype(np.int64))
        self._store, self._recordings = store, {}
        self._layers = tuple(store.attributes["layers"])

    def following(self, step: int) -> int | None:
        """Return the next step of which a frame is taken."""
        index = np.searchsorted(self._steps, step, side="right")
        return int(self._steps[index]) if index < len(self._steps) else None

    @hookimpl
    def step_finished(self, layer: LayerView) -> None:
        if self._name not in layer.names or (self._first and layer.name != self._layers[0]):
            return
        if layer.name not in self._recordings:
            n_neuron = len(layer.array(self._name))
            few = range(_MOST_NEURONS if self._first and n_neuron > _MOST_NEURONS else 0)
            self._recordings[layer.name] = self._store.record(
                layer, (self._name,), group=self._group, neurons=tuple(few)
            )
        self._recordings[layer.name].take()


def frames_of_a_page(with_growth: bool) -> list[Frames]:
    """Return what records thresholds, and weights `with_growth`, for the page of a comparison."""
    course = Frames(COURSE, "threshold", N_COURSE)
    growth = Frames(GROWTH, "weights", N_GROWTH, denser_first=True, first=True)
    return [course, growth] if with_growth else [course]
