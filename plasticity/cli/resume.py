"""`plasticity resume`."""

from __future__ import annotations

from typing import Annotated

import typer


def resume(
    place: Annotated[str, typer.Argument(metavar="PATH", help="Folder or URL of the store.")],
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Epochs in all, to make the run longer than it was to be."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="What may change: epochs, observers, metrics, storage.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="The same data, where they lie elsewhere now."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Import the modules that the store names.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Go on with an interrupted run, or make a finished one longer."""
    from plasticity.assembly import assemble
    from plasticity.cli.carrying_out import carry_out
    from plasticity.cli.progress import with_progress
    from plasticity.overrides import parse_all
    from plasticity.recording import RunStore
    from plasticity.runs import reconfigure

    chosen = parse_all(settings or [])
    if epochs is not None:
        chosen["epochs"] = epochs
    stored = RunStore.open(place, trust).experiment()
    made = reconfigure(stored, data=chosen.pop("data", data), **chosen)
    made, listeners = with_progress(made, quiet)
    simulation = assemble(made, listeners)
    carry_out(simulation, lambda: simulation.resume(place), place, quiet)
