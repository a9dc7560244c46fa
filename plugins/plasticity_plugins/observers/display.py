"""Three ways to show progress: a bar in a terminal, a line in a notebook, a few lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import ClassVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

_MARKS = 4
_lock = Lock()  # guards what runs in several threads share


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

    _display: ClassVar[Progress | None] = None
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


def _empty_display(console: Console) -> Progress:
    text = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=12),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[text]}", markup=False, table_column=text),
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
            Lines._running += 1

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
                Lines._running -= 1

    def _print(self, share: float, facts: Iterable[str]) -> None:
        if Lines._running > 1:
            self._title = self._title or self._name
        begin = f"{self._title}: " if self._title else ""
        self._console.print(f"{begin}{_line(share, facts)}", markup=False, soft_wrap=True)


def _line(share: float, facts: Iterable[str]) -> str:
    return ", ".join([f"{share:.0%}", *facts])
