"""Display of the progress of a run."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter
from typing import Any

import numpy as np

from plasticity import Clock, Experiment, LayerView, component, hookimpl, setting
from plasticity_plugins.observers.display import Bar, Cell, Lines, Screen

_SECONDS = 0.2  # between two looks of the bar


@component
class Progress:
    """Progress bar with epoch, speed and latest measurements; plain lines without a terminal.

    Written to the standard error. Without a terminal there are four lines in all, so that a log
    stays short. In a notebook it is one line below the cell, which is rewritten. Runs at the same
    time, in threads, have a line each. Measurements with a number for each neuron are left out.
    """

    title: str = setting(
        default="", doc="name of the run; by default that of its store or rule, and the seed"
    )
    quiet: bool = setting(default=False, doc="show nothing")
    every: int = setting(default=10, low=1, unit="steps", doc="steps between looks at the clock")

    @hookimpl
    def run_started(self, experiment: Experiment, store: Any) -> None:
        self._experiment = experiment
        self._display: Bar | Cell | Lines | None = None
        self._measurements: dict[str, float] = {}
        self._begun = self._shown = perf_counter()
        self._first: tuple[int, float] | None = None
        self._done = 0
        if not self.quiet:
            console, name = Screen(), self.title or _name_of(experiment, store)
            if console.is_jupyter:
                self._display = Cell(name)
            elif console.is_terminal:
                self._display = Bar(console, name)
            else:
                self._display = Lines(console, self.title, name)

    @hookimpl
    def step_finished(self, layer: LayerView, clock: Clock) -> None:
        if self._display is None:
            return
        now = perf_counter()
        self._done = self._position(layer.name) * clock.n_step + clock.step
        if self._first is None:
            self._first = self._done, now
        if now - self._shown >= _SECONDS:
            self._shown = now
            epoch = f"epoch {min(clock.epoch + 1, clock.n_epoch)}/{clock.n_epoch}"
            try:
                self._display.show(self._done / self._total(clock), [epoch, *self._facts(now)])
            except OSError:  # the terminal was closed, which ends no run
                with suppress(OSError):
                    self._display.end(0.0, [])
                self._display = None

    @hookimpl
    def measured(self, measurements: dict[str, Any]) -> None:
        for name, value in measurements.items():
            if np.ndim(value) == 0:
                self._measurements[name] = float(value)

    @hookimpl
    def run_finished(self, clock: Clock, outcome: str) -> None:
        if self._display is None:
            return
        now = perf_counter()
        # The message of an error is long, and follows by itself.
        word = "failed" if outcome.startswith("failed") else outcome
        text = [word, f"{now - self._begun:.1f} s", *self._facts(now)]
        share = 1.0 if outcome == "finished" else self._done / self._total(clock)
        with suppress(OSError):
            self._display.end(share, text)

    def _position(self, layer: str) -> int:
        """Return the number of layers trained before this one."""
        if self._experiment.training == "together":
            return 0
        names = [self._experiment.layer_name(i) for i in range(len(self._experiment.layers))]
        return names.index(layer)

    def _total(self, clock: Clock) -> int:
        together = self._experiment.training == "together"
        return clock.n_step * (1 if together else len(self._experiment.layers))

    def _facts(self, now: float) -> list[str]:
        facts = []
        if self._first is not None and self._done > self._first[0]:
            rate = (self._done - self._first[0]) / (now - self._first[1])
            samples = rate * self._experiment.batch_size
            facts = [f"{rate:,.0f} steps/s", f"{samples:,.0f} samples/s"]
        return facts + [f"{name} {value:.4g}" for name, value in self._measurements.items()]


def _name_of(experiment: Experiment, store: Any) -> str:
    """Return the folder of the store, or the rules of the first layer, and the seed."""
    rules = [term.rule for term in experiment.layers[0].rule]
    names = [
        getattr(rule, "name", "") or getattr(rule, "label", type(rule).__name__) for rule in rules
    ]
    place = store.path.name if store.path is not None else " + ".join(names)
    return f"{place}, seed {experiment.seed}"
