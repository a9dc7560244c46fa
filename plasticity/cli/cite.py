"""`plasticity cite`."""

from __future__ import annotations

from typing import Annotated

import typer


def cite(
    target: Annotated[
        str, typer.Argument(metavar="SPEC|STORE", help="A TOML file, a preset or a store.")
    ],
) -> None:
    """Print the BibTeX entries of exactly what an experiment uses."""
    from plasticity.citations import citations_of
    from plasticity.cli.target import experiment_of

    print("\n\n".join(citations_of(experiment_of(target))))
