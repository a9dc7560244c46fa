"""`plasticity compare`."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from plasticity.comparison import Comparison
    from plasticity.spec import Experiment

_FOLDER = "comparison"


def compare(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A B ...]",
            help="Presets or TOML files; without any, the comparison of the installed presets.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting of all the experiments, as in epochs=20 or seed=3; may be given "
            "several times.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="A source or a file in place of the experiments' data."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the page and the stores go; without it a new folder `comparison`.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run experiments on the same data: one table, one page."""
    from plasticity.cli.failures import interrupted
    from plasticity.cli.terminal import line, stdout
    from plasticity.comparison import compare as run_all
    from plasticity.comparison import specs_of
    from plasticity.overrides import parse

    chosen = dict(map(parse, settings or []))
    specs, listeners = _with_titled_bars(specs_of(experiments or ()), quiet)
    folder = _new_folder(out)
    try:
        compared = run_all(
            specs,
            data=chosen.pop("data", data),
            out=folder,
            listeners=listeners,
            command=_command(list(specs), experiments, data, settings),
            **chosen,
        )
    except KeyboardInterrupt:
        interrupted(signal.SIGINT, f"Interrupted; what was recorded until then is in {folder}.")
    console = stdout()
    print_table(console, compared)
    for run in compared.runs:
        if run.failure:
            line(console, f"{run.name} failed: {run.failure}")
        elif run.run is not None and run.run.outcome != "finished":
            line(console, f"{run.name} {run.run.outcome}")
    typer.echo(str(compared.write(folder)))
    if any(run.failure for run in compared.runs):
        raise typer.Exit(1)


def _with_titled_bars(
    specs: dict[str, Experiment], quiet: bool
) -> tuple[dict[str, Experiment], Callable[[str], list[Any]]]:
    """The experiments without bars of their own, and a bar that tells the name of each run."""
    from plasticity.cli.progress import PROGRESS, with_progress
    from plasticity.discovery import find
    from plasticity.errors import UnknownNameError

    bare = {name: with_progress(spec, quiet=True)[0] for name, spec in specs.items()}
    try:
        bar = find(PROGRESS, "observer")
    except UnknownNameError:
        quiet = True
    width = max(map(len, specs))
    return bare, lambda name: [] if quiet else [bar(title=name.ljust(width))]


def _new_folder(out: Path | None) -> Path:
    """The folder asked for, or one with a name that is free."""
    from itertools import count

    from plasticity.errors import StoreError

    if out is None:
        names = (f"{_FOLDER}-{number}" if number > 1 else _FOLDER for number in count(1))
        return next(path for path in map(Path, names) if not path.exists())
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise StoreError(f"{out}: exists already; choose another folder")
    return out


def _command(
    names: list[str], given: list[str] | None, data: str | None, settings: list[str] | None
) -> str:
    words = ["plasticity", "compare", *(given or names)]
    words += ["--data", data] if data is not None else []
    words += [word for setting in settings or () for word in ("--set", setting)]
    return shlex.join(words)


def print_table(console: Console, compared: Comparison) -> None:
    """Print a row a run or, where the terminal is too narrow for it, a column a run."""
    from plasticity.report.wording import cell, heading

    columns = compared.columns
    rows = [
        [row["run"], *(cell(name, row.get(name)) for name in columns)] for row in compared.table
    ]
    if compared.baseline is not None:
        probe = {"linear_probe": compared.baseline}
        rows.append(["raw inputs", *(cell(name, probe.get(name)) for name in columns)])
    titles = ["run", *map(heading, columns)]
    table = _table(titles, rows)
    if _width(console, table) > console.width:
        table = _table(["\n".join(title.split()) for title in titles], rows)
    if _width(console, table) > console.width:
        turned = list(map(list, zip(titles, *rows, strict=True)))
        table = _table(turned[0], turned[1:])
    console.print(table)


def _table(titles: list[str], rows: list[list[str]]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, title in enumerate(titles):
        side: Literal["left", "right"] = "right" if index else "left"
        table.add_column(title, justify=side, vertical="bottom", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _width(console: Console, table: Table) -> int:
    return console.measure(table, options=console.options.update(max_width=100_000)).maximum
