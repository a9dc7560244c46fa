"""`plasticity diff`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from plasticity.analysis.divergence import Differences


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="The store of a run.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The store of another.")],
) -> None:
    """Tell in what two runs differ, and at which step they part."""
    from plasticity.analysis.divergence import differences_of
    from plasticity.cli.terminal import stdout
    from plasticity.store.run import open_run

    found = differences_of(open_run(one), open_run(other))
    console = stdout()
    for title, rows in (
        ("settings", found.settings),
        ("data", found.data),
        ("versions", found.versions),
    ):
        _print_rows(console, title, rows)
    _print_parting(console, found)


def _print_rows(console: Console, title: str, rows: Mapping[str, tuple[str, ...]]) -> None:
    from plasticity.cli.terminal import columns, heading, line

    heading(console, title)
    if rows:
        columns(console, [(name, *texts) for name, texts in rows.items()], indent=2)
    else:
        line(console, "the same", indent=2)


def _print_parting(console: Console, found: Differences) -> None:
    from plasticity.cli.terminal import columns, heading, line

    heading(console, "what was recorded")
    if not found.compared:
        line(console, "at no step both", indent=2)
        return
    if not found.parted:
        told = "1 step" if found.compared == 1 else f"{found.compared:,} steps"
        line(console, f"the same at all {told} recorded in both", indent=2)
        return
    first = found.parted[0]
    since = "" if found.same_until is None else f", the same until step {found.same_until:,}"
    line(console, f"first differs at step {first.step:,} in {first.name}{since}", indent=2)
    rows = [
        (
            f"{parted.layer}/{parted.group}/{parted.name}",
            f"{parted.n_differ:,} of {parted.n_value:,} values",
            f"by {parted.most:.3g} at most" if parted.same_shape else "in shape",
        )
        for parted in found.parted
    ]
    columns(console, rows, indent=2)
