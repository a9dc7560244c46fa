"""`plasticity plot`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from plasticity.cli.options import MovedData, Overwrite
from plasticity.errors import SpecError, StoreError

_ANIMATED = (".gif", ".mp4")
_STILL = (".png", ".svg", ".pdf")

Picture = StrEnum(
    "Picture", ["weights", "selectivity", "trajectory", "theta", "confusion", "heat", "curve"]
)


def plot(
    picture: Annotated[Picture, typer.Argument(help="What to plot.")],
    store: Annotated[
        str,
        typer.Argument(
            metavar="STORE", help="Store of a run, or for heat and curve the folder of a sweep."
        ),
    ],
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
    x: Annotated[str, typer.Option("-x", metavar="AXIS", help="Axis of a sweep.")] = "",
    y: Annotated[str, typer.Option("-y", metavar="AXIS", help="Axis upwards, for heat.")] = "",
    z: Annotated[str, typer.Option("-z", metavar="NAME", help="Measurement of a sweep.")] = "",
    by: Annotated[str, typer.Option(metavar="AXIS", help="Axis with a curve a value.")] = "",
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=VALUE", help="Hold another axis, or `step`; repeatable."),
    ] = None,
    mean: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS", help="Take the mean over another axis; repeatable."),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Plot a run or a sweep."""
    from plasticity.store.run import open_run

    target = Path(f"{picture.value}.png") if out is None else out
    animated = picture is Picture.trajectory and target.suffix in _ANIMATED
    if target.suffix not in _STILL and not animated:
        known = ", ".join((*_STILL, *_ANIMATED) if picture is Picture.trajectory else _STILL)
        raise SpecError(f"{target}: must end as one of {known}")
    if target.exists() and not overwrite:
        raise StoreError(f"{target}: exists already; choose another name, or --overwrite")
    if picture in (Picture.heat, Picture.curve):
        axes = _of_a_sweep(picture.value, store, {"x": x, "y": y, "z": z}, by, at or [], mean or [])
        _save(axes, target)
        return
    if x or y or z or by or at or mean:
        raise SpecError(f"{picture.value} is of a run; -x, -y, -z, --by, --at and --mean are not")
    run = open_run(store)
    if animated:
        from plasticity.plot import animate

        animate(run, target)
    else:
        from plasticity import plot as plots

        options = {Picture.selectivity: {"samples": data}, Picture.confusion: {"data": data}}
        _save(getattr(plots, picture.value)(run, **options.get(picture, {})), target)
        return
    print(target)


def _of_a_sweep(
    picture: str, folder: str, names: dict[str, str], by: str, at: list[str], mean: list[str]
) -> Any:
    """Return the axes of a picture of a sweep."""
    from plasticity import plot as plots
    from plasticity.experiment.overrides import parse
    from plasticity.sweeps.sweep import open_sweep

    swept = open_sweep(folder)
    heat = picture == "heat"
    missing = [f"-{key}" for key in ("xyz" if heat else "xz") if not names[key]]
    if missing:
        raise SpecError(
            f"{picture} needs {' and '.join(missing)}; the axes are "
            f"{', '.join(map(str, swept.dataset.coords))}, and measured is "
            f"{', '.join(name for name in map(str, swept.dataset.data_vars) if name != 'outcome')}"
        )
    if alone := [text for text in at if "=" not in text]:
        raise SpecError(f"--at takes AXIS=VALUE, got {alone[0]!r}")
    held = dict(map(parse, at))
    if heat:
        return plots.heat(swept, names["x"], names["y"], names["z"], at=held, mean=mean)
    return plots.curve(swept, names["x"], names["z"], by=by, at=held, mean=mean)


def _save(axes: Any, target: Path) -> None:
    """Write a picture, and print its path."""
    try:
        axes.figure.savefig(target, dpi=160)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error}") from error
    print(target)
