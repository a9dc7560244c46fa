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
    from plasticity.experiment.citations import citations_of
    from plasticity.store.run import Run, opened

    found = opened(target)
    print("\n\n".join(citations_of(found.experiment if isinstance(found, Run) else found)))
