"""Axes to draw into, and what all drawings share: colours, ticks, lines."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE = "#1e1d1b", "#6a665e", "#ddd9cf"
COLOURS = ("#1b6aa5", "#c4510d", "#2d7d52", "#8a4b9f", "#8c6d00", "#4a5560")
CLASSES = (
    "#4269d0", "#e08214", "#d6455b", "#5ba8a0", "#3a9446",
    "#b89b00", "#a463f2", "#c77aa0", "#9c6b4e", "#7b8794",
)  # fmt: skip
DIVERGING = "RdBu_r"


def axes(ax: Axes | None, width: float = 4.8, height: float = 3.2) -> Axes:
    """The axes that were given, or those of a new figure that no window shows (inches).

    Pyplot does not know the new figure, so in a notebook its axes themselves are the picture.
    """
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.add_subplot()
    ax._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]  # asked for by IPython
    return ax


def _png(figure: Figure) -> bytes:
    """The picture as a notebook shows it."""
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def quiet(ax: Axes, *, grid: bool = True) -> None:
    """Leave a baseline and faint horizontal lines, in muted colours."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
    ax.tick_params(colors=MUTED, length=0, labelsize=8)
    ax.xaxis.label.set(color=MUTED, size=8)
    ax.yaxis.label.set(color=MUTED, size=8)
    if grid:
        ax.grid(axis="y", color=LINE, linewidth=0.8)
        ax.set_axisbelow(True)


def weights_image(ax: Axes, picture: Array, limit: float, square: bool) -> Any:
    """Draw weights in colours that end at a limit on both sides of white, and return the image.

    square   whether a pixel is as high as it is wide
    """
    return ax.imshow(
        picture,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
        aspect="equal" if square else "auto",
    )


def side_by_side(images: Array, columns: int, gap: int, blank: float) -> Array:
    """Images (image, y, x, ...) as one, row after row, with blank pixels between them."""
    count, height, width, *channels = images.shape
    rows = -(-count // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, *channels)
    grid = np.full(shape, blank, images.dtype)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        y, x = row * (height + gap), column * (width + gap)
        grid[y : y + height, x : x + width] = image
    return grid


def colour_of(index: int) -> str:
    """The colour of a run by its position."""
    return COLOURS[index % len(COLOURS)]


def whole_numbers(axis: Any, most: int = 4) -> None:
    """A few ticks, with thousands set apart."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=2))
    axis.set_major_formatter("{x:,.0f}")


def few_numbers(axis: Any, most: int = 4) -> None:
    """A few ticks, written as short as tells them apart."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(
        lambda value, _: f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    )
