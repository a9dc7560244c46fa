"""`plasticity plot`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plasticity.cli.options import DataAgain, Overwrite

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from plasticity.store.run import Run

_MOVING = (".gif", ".mp4")
_STILL = (".png", ".svg", ".pdf")
_DOTS = 160  # an inch


class Picture(StrEnum):
    """What can be drawn of a run."""

    weights = "weights"
    selectivity = "selectivity"
    trajectory = "trajectory"
    theta = "theta"
    confusion = "confusion"


def plot(
    picture: Annotated[Picture, typer.Argument(help="What to draw.")],
    path: Annotated[str, typer.Argument(metavar="STORE", help="The store of a run.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="A .png, .svg or .pdf; of a trajectory also a .gif or .mp4, which moves. Without "
            "it a .png called after the picture.",
        ),
    ] = None,
    data: DataAgain = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a picture of a run."""
    from plasticity.errors import SpecError, StoreError
    from plasticity.store.run import open_run

    target = Path(f"{picture.value}.png") if out is None else out
    moves = picture is Picture.trajectory and target.suffix in _MOVING
    if target.suffix not in _STILL and not moves:
        known = ", ".join((*_STILL, *_MOVING) if picture is Picture.trajectory else _STILL)
        raise SpecError(f"{target}: must end as one of {known}")
    if target.exists() and not overwrite:
        raise StoreError(f"{target}: exists already; choose another name, or --overwrite")
    run = open_run(path)
    if moves:
        from plasticity.plot import animate

        animate(run, target)
    else:
        _save(_drawn(picture, run, data), target)
    print(str(target))


def _drawn(picture: Picture, run: Run, data: str | None) -> Axes:
    from plasticity import plot as plots

    takes = {Picture.selectivity: {"samples": data}, Picture.confusion: {"data": data}}
    ax: Axes = getattr(plots, picture.value)(run, **takes.get(picture, {}))
    return ax


def _save(ax: Axes, target: Path) -> None:
    from typing import Any

    from plasticity.errors import StoreError

    figure: Any = ax.get_figure()
    try:
        figure.savefig(target, dpi=_DOTS)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error}") from error
