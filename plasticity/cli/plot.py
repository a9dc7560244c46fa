"""`plasticity plot`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from plasticity.cli.options import MovedData, Overwrite, Store
from plasticity.errors import SpecError, StoreError

_ANIMATED = (".gif", ".mp4")
_STILL = (".png", ".svg", ".pdf")

Picture = StrEnum("Picture", ["weights", "selectivity", "trajectory", "theta", "confusion"])


def plot(
    picture: Annotated[Picture, typer.Argument(help="What to plot.")],
    store: Store,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="A .png, .svg or .pdf file, for a trajectory also an animated .gif or .mp4; by "
            "default a .png named after the plot.",
        ),
    ] = None,
    data: MovedData = None,
    overwrite: Overwrite = False,
) -> None:
    """Plot a run."""
    from plasticity.store.run import open_run

    target = Path(f"{picture.value}.png") if out is None else out
    animated = picture is Picture.trajectory and target.suffix in _ANIMATED
    if target.suffix not in _STILL and not animated:
        known = ", ".join((*_STILL, *_ANIMATED) if picture is Picture.trajectory else _STILL)
        raise SpecError(f"{target}: must end as one of {known}")
    if target.exists() and not overwrite:
        raise StoreError(f"{target}: exists already; choose another name, or --overwrite")
    run = open_run(store)
    if animated:
        from plasticity.plot import animate

        animate(run, target)
    else:
        from plasticity import plot as plots

        options = {Picture.selectivity: {"samples": data}, Picture.confusion: {"data": data}}
        axes = getattr(plots, picture.value)(run, **options.get(picture, {}))
        try:
            axes.figure.savefig(target, dpi=160)
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {error}") from error
    print(target)
