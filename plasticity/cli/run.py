"""`plasticity run`, `resume` and `branch`."""

from typing import Annotated

import typer

from plasticity.cli.options import Data, MovedData, Overwrite, Quiet, Settings, Store, Trust


def run(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A TOML file or a preset.")],
    settings: Settings = None,
    data: Data = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Folder or URL of the store; nothing is saved without it."
        ),
    ] = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment and print its final measurements."""
    from plasticity.cli.execute import execute, with_progress
    from plasticity.experiment.configure import configure
    from plasticity.experiment.overrides import parse_all
    from plasticity.simulation.assembly import assemble

    experiment = configure(spec, **{"data": data, **parse_all(settings or [])})
    simulation = assemble(*with_progress(experiment, quiet))
    execute(simulation, lambda: simulation.run(out, overwrite=overwrite), out, quiet)


def resume(
    store: Store,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="New total number of epochs, to extend the run.")
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
    from plasticity.cli.execute import execute, with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.simulation.assembly import assemble
    from plasticity.store.reader import StoreReader

    stored = StoreReader.open(store, trust).experiment()
    changes = {"data": data, **parse_all(settings or [])}
    experiment = reconfigure(stored, **changes | ({} if epochs is None else {"epochs": epochs}))
    simulation = assemble(*with_progress(experiment, quiet))
    execute(simulation, lambda: simulation.resume(store), store, quiet)


def branch(
    store: Store,
    at: Annotated[
        int | None, typer.Option(metavar="STEP", help="Step of a checkpoint; by default the last.")
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
    from plasticity.cli.execute import execute, with_progress
    from plasticity.experiment.configure import reconfigure
    from plasticity.experiment.overrides import parse_all
    from plasticity.runs import branching
    from plasticity.store.reader import StoreReader

    stored = StoreReader.open(store, trust)
    changes = {"data": data, **parse_all(settings or [])}
    experiment, listeners = with_progress(reconfigure(stored.experiment(), **changes), quiet)
    simulation, parent = branching(stored, experiment, at, listeners)
    out = out or f"{store.rstrip('/')}-step_{parent['step']}"
    execute(simulation, lambda: simulation.run(out, overwrite=overwrite, parent=parent), out, quiet)
