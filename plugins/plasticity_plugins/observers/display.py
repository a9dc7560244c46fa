"""Two ways to show progress: a bar in a terminal, a few plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

_MARKS = 4


class Screen(Console):
    """The standard error; where its reader has gone away the run goes on unseen."""

    def __init__(self) -> None:
        super().__init__(stderr=True, highlight=False)

    def on_broken_pipe(self) -> None:
        self.quiet = True


class Bar:
    """A bar that is drawn anew only when it is told to: a thread that draws would cost a core."""

    def __init__(self, console: Console, title: str) -> None:
        text = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=12),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[text]}", markup=False, table_column=text),
            console=console,
            auto_refresh=False,
            expand=True,
        )
        self._task = self._progress.add_task(title, total=1.0, text="")
        self._progress.start()

    def show(self, share: float, facts: Iterable[str]) -> None:
        """Draw the bar, the share of the run that is done, and some facts."""
        self._progress.update(self._task, completed=share, text="  ".join(facts), refresh=True)

    def end(self, share: float, facts: Iterable[str]) -> None:
        """Draw the bar for the last time and leave it there."""
        self.show(share, facts)
        self._progress.stop()


class Lines:
    """A line at each quarter of the run."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = f"{title}: " if title else ""
        self._next = 1

    def show(self, share: float, facts: Iterable[str]) -> None:
        """Print the facts if another quarter is done; the last one is left to `end`."""
        marks = int(share * _MARKS)
        if self._next <= marks < _MARKS:
            self._next = marks + 1
            self._print(share, facts)

    def end(self, share: float, facts: Iterable[str]) -> None:
        """Print the last line."""
        self._print(share, facts)

    def _print(self, share: float, facts: Iterable[str]) -> None:
        text = ", ".join([f"{share:.0%}", *facts])
        self._console.print(f"{self._title}{text}", markup=False, soft_wrap=True)
