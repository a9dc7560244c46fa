"""`plasticity diff`."""

from collections.abc import Mapping
from typing import Annotated

import typer

from plasticity.cli.terminal import columns, heading, line


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="Store of a run.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Store of another run.")],
) -> None:
    """Show how two runs differ and where they first diverge."""
    from plasticity.analysis.divergence import differences_of
    from plasticity.store.run import open_run

    differences = differences_of(open_run(one), open_run(other))
    _print_rows("settings", differences.settings)
    _print_rows("data", differences.data)
    _print_rows("versions", differences.versions)
    heading("recorded arrays")
    if differences.parted:
        first, same_until = differences.parted[0], differences.same_until
        since = "" if same_until is None else f", identical until step {same_until:,}"
        line(f"first differs at step {first.step:,} in {first.name}{since}", indent=2)
        rows = [
            (
                f"{array.layer}/{array.group}/{array.name}",
                f"{array.n_differ:,} of {array.n_value:,} values",
                f"by {array.most:.3g} at most" if array.same_shape else "in shape",
            )
            for array in differences.parted
        ]
        columns(rows, indent=2)
    elif differences.compared:
        steps = "1 step" if differences.compared == 1 else f"{differences.compared:,} steps"
        line(f"identical at all {steps} recorded in both", indent=2)
    else:
        line("no step was recorded in both", indent=2)


def _print_rows(title: str, rows: Mapping[str, tuple[str, ...]]) -> None:
    heading(title)
    if rows:
        columns([(name, *texts) for name, texts in rows.items()], indent=2)
    else:
        line("identical", indent=2)
