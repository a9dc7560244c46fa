"""`plasticity resume`."""

from __future__ import annotations

from typing import Annotated

import typer

from plasticity.cli.options import MovedData, Quiet, Store, Trust


def resume(
    store: Store,
    epochs: Annotated[
        int | None,
        typer.Option(metavar="N", help="New total number of epochs, to extend the run."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a setting that affects no weight, as in metrics=[] or storage.kept=3; "
            "repeatable.",
        ),
    ] = None,
    data: MovedData = None,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Continue an interrupted run, or extend a finished one.

    Only epochs, observers, metrics and storage may change. The data must be the same, but may lie
    elsewhere.
    """
    from plasticity.cli.execute import execute
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.simulation.assembly import assemble
    from plasticity.store.reader import StoreReader

    changes = parse_all(settings or [])
    if epochs is not None:
        changes["epochs"] = epochs
    stored = StoreReader.open(store, trust).experiment()
    experiment = reconfigure(stored, data=changes.pop("data", data), **changes)
    simulation = assemble(*with_progress(experiment, quiet))
    execute(simulation, lambda: simulation.resume(store), store, quiet)
