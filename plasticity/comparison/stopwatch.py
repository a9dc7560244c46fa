"""Samples per second of training, without compilation and measurements."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from statistics import median
from time import perf_counter

from plasticity.components.clock import Clock
from plasticity.experiment.spec import Experiment
from plasticity.hookspecs import hookimpl


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
