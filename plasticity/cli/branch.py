"""`plasticity branch`."""

from __future__ import annotations

from typing import Annotated

import typer


def branch(
    place: Annotated[
        str, typer.Argument(metavar="PATH", help="Folder or URL of the store to branch from.")
    ],
    at: Annotated[
        int | None,
        typer.Option(
            metavar="STEP", help="Steps after which the state was kept; the last if not given."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="What is to be another than before, as in optimizer.rate=0.001; may be given "
            "several times.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="A source or a file in place of the data before."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Folder or URL of the new store; PATH-step_STEP if not given."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a store that exists there.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Import the modules that the store names.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Begin a run of its own from a state that another run kept."""
    from plasticity.cli.carrying_out import carry_out
    from plasticity.cli.progress import with_progress
    from plasticity.overrides import parse_all
    from plasticity.recording import RunStore
    from plasticity.runs import branching, reconfigure

    stored = RunStore.open(place, trust)
    chosen = parse_all(settings or [])
    made = reconfigure(stored.experiment(), data=chosen.pop("data", data), **chosen)
    made, listeners = with_progress(made, quiet)
    simulation, parent = branching(stored, made, at, listeners)
    target = out or f"{place.rstrip('/')}-step_{parent['step']}"
    carry_out(
        simulation,
        lambda: simulation.run(target, overwrite=overwrite, parent=parent),
        target,
        quiet,
    )
