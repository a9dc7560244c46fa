"""The command line: `plasticity run`, `resume`, `branch`, `tail`, `compare`, `sweep`, `gather`,
`diff`, `plot`, `plugins`, `events`, `show`, `cite`, `fetch`, and those of installed packages.

The module of a command imports at its top only what its signature needs, and all else when it runs,
so that `--help` is fast.
"""

import sys
from typing import Annotated

import typer

from plasticity.cli.compare import compare
from plasticity.cli.diff import diff
from plasticity.cli.failures import Commands
from plasticity.cli.fetch import fetch
from plasticity.cli.plot import plot
from plasticity.cli.plugins import events, plugins
from plasticity.cli.run import branch, resume, run
from plasticity.cli.show import cite, show
from plasticity.cli.sweep import gather, sweep
from plasticity.cli.tail import tail
from plasticity.errors import SpecError
from plasticity.experiment.registry import COMMANDS, entries
from plasticity.machine.outlet import open_closed

# Plain help: the boxes of rich cut words off in narrow terminals and take twice the time.
app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for _command in (
    *(run, resume, branch, tail, compare, sweep, gather, diff, plot),
    *(plugins, events, show, cite, fetch),
):
    app.command()(_command)
for _name, _entries in entries(COMMANDS).items():
    try:
        app.command(_name)(_entries[0].load())
    except SpecError as _error:  # the other commands work without it
        print(f"Warning: plasticity {_name} is left out: {_error}", file=sys.stderr)


def main() -> None:
    """Run the command line."""
    open_closed()
    app(prog_name="plasticity")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"plasticity {version('plasticity-lab')}")
        raise typer.Exit


@app.callback()
def _plasticity(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Compose, compare and record rules of synaptic plasticity."""
