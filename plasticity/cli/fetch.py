"""`plasticity fetch`."""

from pathlib import Path
from typing import Annotated

import typer

from plasticity.cli.failures import fail
from plasticity.cli.terminal import line


def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Source with data to download.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder for the data; by default in the user's cache folder."
        ),
    ] = None,
) -> None:
    """Download and verify the data of a source."""
    from plasticity.components.interface import interface_of
    from plasticity.errors import PlasticityError, SpecError
    from plasticity.experiment.fields import Reference
    from plasticity.experiment.instantiate import make
    from plasticity.experiment.registry import short
    from plasticity.machine.cache_folder import cache_folder

    source = make(Reference(name), "fetch", "source")
    if "fetch_data" not in interface_of(source).events:
        raise SpecError(f"fetch: {name!r} downloads no data; there is nothing to fetch")
    try:
        path = source.fetch_data(folder or cache_folder() / short(name))
    except PlasticityError as error:
        fail(error, 1)
    line(f"{name}: {path}")
