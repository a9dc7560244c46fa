"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

Place = Annotated[str, typer.Argument(metavar="PATH", help="Folder or URL of the store.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting, as in neurons=20, seed=3 or rule.power=3; may be given several times.",
    ),
]
Data = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="A source or a file in place of the data of the spec."),
]
DataAgain = Annotated[
    str | None,
    typer.Option("--data", metavar="NAME|FILE", help="The data again, if they lie elsewhere now."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what exists there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Trust = Annotated[bool, typer.Option("--trust", help="Import the modules that the store names.")]
