"""Listeners of a comparison: frames of arrays along a run for its page, and its speed."""

from functools import partial
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from plasticity.components.clock import Clock
from plasticity.experiment.spec import Experiment
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


class Stopwatch:
    """Listener that times training between the measurements.

    The median over short stretches of steps: compilation in the first one does not count, nor do
    stretches in which the layer was measured, where there are others.
    """

    def __init__(self, experiment: Experiment, n_sample: int) -> None:
        self._samples = partial(samples_until, experiment, n_sample)
        self._measured_every = experiment.measure_every or _epoch(experiment, n_sample)[1]
        self.every = max(1, min(self._measured_every // 4, 100))
        self._marks: list[tuple[int, float]] = []

    @hookimpl
    def step_finished(self, clock: Clock) -> None:
        self._marks.append((clock.step, perf_counter()))

    @property
    def samples_per_second(self) -> float:
        """Samples trained on per second; NaN where the run was too short."""
        rates: dict[bool, list[float]] = {True: [], False: []}
        for (begin, since), (end, to) in pairwise(self._marks):
            if end > begin and to > since:
                measured = begin // self._measured_every != end // self._measured_every
                rate = (self._samples(end) - self._samples(begin)) / (to - since)
                rates[measured].append(rate)
        return median(rates[False] or rates[True] or [float("nan")])


def samples_until(experiment: Experiment, n_sample: int, step: int) -> int:
    """Return the number of samples learnt from until a step, each as often as it was drawn."""
    per_epoch, steps_per_epoch = _epoch(experiment, n_sample)
    epochs, steps = divmod(step, steps_per_epoch)
    return epochs * per_epoch + min(steps * experiment.batch_size, per_epoch)


def _epoch(experiment: Experiment, n_sample: int) -> tuple[int, int]:
    """Return the samples and the steps of an epoch."""
    size = experiment.batch_size
    samples = n_sample // size * size if experiment.drop_last else n_sample
    return samples, max(1, -(-samples // size))
