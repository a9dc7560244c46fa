"""`plasticity resume`."""

from __future__ import annotations

from typing import Annotated

import typer

from plasticity.cli.options import DataAgain, Place, Quiet, Trust


def resume(
    place: Place,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Epochs in all, to make the run longer than it was to be."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="What changes no weight, as in metrics=[] or storage.kept=3; several times.",
        ),
    ] = None,
    data: DataAgain = None,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Go on with an interrupted run, or make a finished one longer.

    The settings that may change are epochs, observers, metrics and storage; the data must be the
    same, where they are kept elsewhere now.
    """
    from plasticity.cli.carrying_out import carry_out
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.simulation.assembly import assemble
    from plasticity.store.reader import StoreReader

    chosen = parse_all(settings or [])
    if epochs is not None:
        chosen["epochs"] = epochs
    stored = StoreReader.open(place, trust).experiment()
    made = reconfigure(stored, data=chosen.pop("data", data), **chosen)
    made, listeners = with_progress(made, quiet)
    simulation = assemble(made, listeners)
    carry_out(simulation, lambda: simulation.resume(place), place, quiet)
