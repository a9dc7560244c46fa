"""Display of the progress of a run: a bar, a line in a notebook, or a few lines elsewhere."""

from collections.abc import Iterable
from contextlib import suppress
from threading import Lock
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from rich import progress as bars
from rich.console import Console
from rich.table import Column

from plasticity import Clock, Experiment, LayerView, component, hookimpl, setting

_MARKS = 4
_lock = Lock()  # guards what runs in several threads share
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


class Screen(Console):
    """Standard error, whose closing does not end the run."""

    def __init__(self) -> None:
        super().__init__(stderr=True, highlight=False)

    def on_broken_pipe(self) -> None:
        self.quiet = True


class Bar:
    """Progress bar redrawn only on request, since a thread that draws would cost a core.

    Runs at the same time, in threads, have their bars below each other in one display.
    """

    _display: ClassVar[bars.Progress | None] = None
    _running: ClassVar[int] = 0

    def __init__(self, console: Console, title: str) -> None:
        with _lock:
            if Bar._display is None:
                Bar._display = _empty_display(console)
                Bar._display.start()
            self._progress = Bar._display
            Bar._running += 1
            self._task = self._progress.add_task(title, total=1.0, text="")

    def show(self, share: float, facts: Iterable[str]) -> None:
        """Draw the bar with the finished share of the run and some facts."""
        self._progress.update(self._task, completed=share, text="  ".join(facts), refresh=True)

    def end(self, share: float, facts: Iterable[str]) -> None:
        """Draw the bar for the last time and leave it there."""
        try:
            self.show(share, facts)
        finally:
            with _lock:
                Bar._running -= 1
                if not Bar._running:
                    Bar._display = None
                    self._progress.stop()


def _empty_display(console: Console) -> bars.Progress:
    text = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return bars.Progress(
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(bar_width=12),
        bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(compact=True),
        bars.TextColumn("{task.fields[text]}", markup=False, table_column=text),
        console=console,
        auto_refresh=False,
        expand=True,
    )


class Cell:
    """Line below a cell of a notebook, rewritten, one for each run."""

    def __init__(self, title: str) -> None:
        from IPython.display import display

        self._title = title
        self._handle = display(self._content(0.0, []), raw=True, display_id=True)

    def show(self, share: float, facts: Iterable[str]) -> None:
        """Write the line anew."""
        self._handle.update(self._content(share, facts), raw=True)

    def end(self, share: float, facts: Iterable[str]) -> None:
        """Write the line for the last time."""
        self.show(share, facts)

    def _content(self, share: float, facts: Iterable[str]) -> dict[str, str]:
        return {"text/plain": f"{self._title}: {_line(share, facts)}"}


class Lines:
    """Line at each quarter of the run.

    title  begins each line
    name   likewise, where there is no title and other runs write lines at the same time
    """

    _running: ClassVar[int] = 0

    def __init__(self, console: Console, title: str, name: str = "") -> None:
        self._console = console
        self._title, self._name = title, name
        self._next = 1
        with _lock:
            type(self)._running += 1

    def show(self, share: float, facts: Iterable[str]) -> None:
        """Print the facts if another quarter is done; the last one is left to `end`."""
        marks = int(share * _MARKS)
        if self._next <= marks < _MARKS:
            self._next = marks + 1
            self._print(share, facts)

    def end(self, share: float, facts: Iterable[str]) -> None:
        """Print the last line."""
        try:
            self._print(share, facts)
        finally:
            with _lock:
                type(self)._running -= 1

    def _print(self, share: float, facts: Iterable[str]) -> None:
        if type(self)._running > 1:
            self._title = self._title or self._name
        begin = f"{self._title}: " if self._title else ""
        self._console.print(f"{begin}{_line(share, facts)}", markup=False, soft_wrap=True)


def _line(share: float, facts: Iterable[str]) -> str:
    return ", ".join([f"{share:.0%}", *facts])


def _name_of(experiment: Experiment, store: Any) -> str:
    """Return the folder of the store, or the rules of the first layer, and the seed."""
    rules = [term.rule for term in experiment.layers[0].rule]
    names = [
        getattr(rule, "name", "") or getattr(rule, "label", type(rule).__name__) for rule in rules
    ]
    place = store.path.name if store.path is not None else " + ".join(names)
    return f"{place}, seed {experiment.seed}"
