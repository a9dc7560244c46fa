"""`plasticity branch`."""

from __future__ import annotations

from typing import Annotated

import typer

from plasticity.cli.options import Data, Overwrite, Place, Quiet, Settings, Trust


def branch(
    place: Place,
    at: Annotated[
        int | None,
        typer.Option(
            metavar="STEP", help="Steps after which the state was kept; the last if not given."
        ),
    ] = None,
    settings: Settings = None,
    data: Data = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Folder or URL of the new store; PATH-step_STEP if not given."
        ),
    ] = None,
    overwrite: Overwrite = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Begin a run of its own from a state that another run kept."""
    from plasticity.cli.carrying_out import carry_out
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.runs import branching
    from plasticity.store.reader import StoreReader

    stored = StoreReader.open(place, trust)
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
