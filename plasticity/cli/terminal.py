"""Printing of commands: folded to the width of a terminal, never cut off, whole in a pipe."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_READABLE = 24  # columns that a folded text needs


def stdout() -> Console:
    """Return the console on stdout, which folds no line in a pipe."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 100_000
    return Console(width=width, highlight=False, markup=False, emoji=False)


@contextmanager
def log_to_stderr(*, verbose: bool) -> Iterator[None]:
    """Print what the library logs above any progress bar; only warnings unless `verbose`."""
    logger, handler = logging.getLogger("plasticity"), _Stderr()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    if sys.stderr.isatty():  # somebody waits
        logging.getLogger("plasticity.compiling").setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


class _Stderr(logging.Handler):
    """Handler that looks up stderr for each line, since a progress bar replaces it for a while."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # a terminal that was closed ends no run
            print(record.getMessage(), file=sys.stderr)


def heading(text: str) -> None:
    """Print a heading."""
    from rich.text import Text

    stdout().print(Text(text, style="bold"))


def line(text: RenderableType, indent: int = 0) -> None:
    """Print a line, all of it indented if it is folded."""
    from rich.padding import Padding

    stdout().print(Padding(text, (0, 0, 0, indent), expand=False))


def empty_table(titles: Iterable[str], **column: Any) -> Table:
    """Return a table without rules or rows, with rich's settings `column` for each column."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, **column)
    return table


def columns(rows: Iterable[tuple[str, ...]], indent: int = 0) -> None:
    """Print rows in aligned columns; fold the last one in a narrow terminal, or print it below."""
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    before = indent + sum(width + 2 for width in widths[:-1])
    below = stdout().width - before < min(_READABLE, max(widths[-1:], default=0))
    for *first, last in rows:
        padded = [cell.ljust(width) for cell, width in zip(first, widths, strict=False)]
        if below:
            line("  ".join(first), indent)
            line(last, indent + 4)
        else:
            table = Table.grid(padding=(0, 2))
            table.add_row(*padded, Text(last, overflow="fold"))
            line(table, indent)
