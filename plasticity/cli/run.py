"""`plasticity run`."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A TOML file or a preset.")],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting of the experiment, as in neurons=20, seed=3 or rule.power=3; "
            "may be given several times.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="A source or a file in place of the experiment's data."
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Folder or URL of the store; without it nothing is kept."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a store that exists at PATH.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run an experiment and print its final measurements."""
    from plasticity.assembly import assemble
    from plasticity.cli.carrying_out import carry_out
    from plasticity.cli.progress import with_progress
    from plasticity.overrides import parse_all
    from plasticity.runs import configure

    chosen = parse_all(settings or [])
    made = configure(spec, data=chosen.pop("data", data), **chosen)
    made, listeners = with_progress(made, quiet)
    simulation = assemble(made, listeners)
    carry_out(simulation, lambda: simulation.run(out, overwrite=overwrite), out, quiet)
