"""Arguments and options shared by several commands."""

from typing import Annotated

import typer

Store = Annotated[str, typer.Argument(metavar="STORE", help="Folder or URL of the store of a run.")]
SpecOrStore = Annotated[
    str, typer.Argument(metavar="SPEC|STORE", help="A TOML file, a preset or a store.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a setting, as in neurons=20, seed=3 or rule.power=3; repeatable.",
    ),
]
Data = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="Source or file to use instead of the configured data."),
]
MovedData = Annotated[
    str | None,
    typer.Option("--data", metavar="NAME|FILE", help="Where the data are now, if they have moved."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing target.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Do not show progress.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Allow the import of modules that the store names.")
]
