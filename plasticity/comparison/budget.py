"""The training of each run of a comparison: the same number of samples for all, or seconds."""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter

import attrs

from plasticity.components.clock import Clock
from plasticity.components.data import Data
from plasticity.errors import EntryError, PlasticityError, SpecError
from plasticity.experiment.quantities import seconds_of
from plasticity.experiment.spec import Experiment, phases_lasting, shortest
from plasticity.hookspecs import hookimpl
from plasticity.simulation.assembly import assemble

OWN = "own"
_TRIAL_SHARE, _TRIAL_MOST = 0.1, 3.0  # of the seconds; seconds


def with_budget(
    specs: Mapping[str, Experiment], budget: str | int | None, data: Data
) -> tuple[dict[str, Experiment], dict[str, str]]:
    """Return the specs, each as long as the budget allows, and a line on each that was changed.

    budget   a number of samples, a duration as in "90 s", or "own", which each spec says; without
             it all runs have the samples of the longest spec

    A run has whole epochs, at least one; phases keep their proportion. Raises `EntryError` for a
    budget that means nothing.
    """
    text = "" if budget is None else str(budget).strip()
    samples = re.fullmatch(r"(\d+)(?:\s*samples?)?", text.replace(",", ""))
    if text == OWN:
        return dict(specs), {}
    if budget is None:
        wanted = dict.fromkeys(specs, max(spec.n_epoch for spec in specs.values()))
    elif samples and int(samples[1]) > 0:
        wanted = dict.fromkeys(specs, max(1, round(int(samples[1]) / data.per_epoch)))
    else:
        seconds = 0.0
        with suppress(EntryError):
            seconds = seconds_of(text, "budget")
        if seconds <= 0:
            raise EntryError(
                'budget: must be a number of samples, as in 500000, a duration, as in "90 s", or '
                f'"{OWN}", got {budget!r}'
            )
        wanted = {name: _epochs_in(spec, seconds, data) for name, spec in specs.items()}
    changed = {name: spec for name, spec in specs.items() if spec.n_epoch != wanted[name]}
    lengths = {
        name: f"{name}: {wanted[name]} epochs, where its spec says {spec.n_epoch}"
        for name, spec in changed.items()
    }
    made = {name: _of_length(name, spec, wanted[name]) for name, spec in changed.items()}
    return {**specs, **made}, lengths


def _of_length(name: str, spec: Experiment, n_epoch: int) -> Experiment:
    if not spec.phases:
        return attrs.evolve(spec, epochs=n_epoch)
    try:
        return attrs.evolve(spec, phases=phases_lasting(spec.phases, n_epoch), epochs=None)
    except SpecError as error:
        raise SpecError(
            f"{name}: the budget of the comparison is {n_epoch} epochs; {error}; --budget {OWN} "
            "leaves each run its own length"
        ) from None


def _epochs_in(spec: Experiment, seconds: float, data: Data) -> int:
    """Return the number of epochs that fit into some seconds, by a trial on this machine."""
    stop = _After(min(seconds * _TRIAL_SHARE, _TRIAL_MOST))
    bare = attrs.evolve(spec, data=data, metrics=(), observers=())
    simulation = assemble(attrs.evolve(bare, epochs=None if spec.phases else 10**6), [stop])
    try:
        simulation.run()
    except PlasticityError:
        # At a rate that does not fall weights may diverge; the steps until then were timed.
        if not math.isfinite(stop.elapsed):
            raise
    rate = stop.steps * spec.batch_size / stop.elapsed
    unit = shortest(spec.phases)
    return unit * max(1, math.floor(seconds * rate / data.per_epoch / unit))


class _After:
    """Listener that ends a run some seconds after the first steps, which compile kernels."""

    every = 10

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun: tuple[int, float] | None = None
        self.steps, self.elapsed = 1, float("inf")

    @hookimpl
    def should_stop(self, clock: Clock) -> str | None:
        step, now = clock.step, perf_counter()
        if self._begun is None:
            self._begun = step, now
            return None
        self.steps, self.elapsed = step - self._begun[0], now - self._begun[1]
        return "trial" if self.elapsed >= self._seconds else None
