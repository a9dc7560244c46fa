"""`plasticity branch`."""

from __future__ import annotations

from typing import Annotated

import typer

from plasticity.cli.options import Data, Overwrite, Quiet, Settings, Store, Trust


def branch(
    store: Store,
    at: Annotated[
        int | None,
        typer.Option(metavar="STEP", help="Step of the checkpoint; by default the last."),
    ] = None,
    settings: Settings = None,
    data: Data = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Folder or URL of the new store; by default STORE-step_STEP."
        ),
    ] = None,
    overwrite: Overwrite = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Start a new run from a checkpoint of another run."""
    from plasticity.cli.execute import execute
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.runs import branching
    from plasticity.store.reader import StoreReader

    stored = StoreReader.open(store, trust)
    changes = parse_all(settings or [])
    experiment = reconfigure(stored.experiment(), data=changes.pop("data", data), **changes)
    experiment, listeners = with_progress(experiment, quiet)
    simulation, parent = branching(stored, experiment, at, listeners)
    target = out or f"{store.rstrip('/')}-step_{parent['step']}"
    execute(
        simulation,
        lambda: simulation.run(target, overwrite=overwrite, parent=parent),
        target,
        quiet,
    )
