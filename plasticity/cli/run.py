"""`plasticity run`."""

from __future__ import annotations

from typing import Annotated

import typer

from plasticity.cli.options import Data, Overwrite, Quiet, Settings


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
    from plasticity.cli.execute import execute
    from plasticity.cli.progress import with_progress
    from plasticity.experiment.configure import configure
    from plasticity.experiment.overrides import parse_all
    from plasticity.simulation.assembly import assemble

    changes = parse_all(settings or [])
    experiment = configure(spec, data=changes.pop("data", data), **changes)
    simulation = assemble(*with_progress(experiment, quiet))
    execute(simulation, lambda: simulation.run(out, overwrite=overwrite), out, quiet)
