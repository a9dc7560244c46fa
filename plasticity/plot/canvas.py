"""Axes, colours, ticks and lines shared by all plots."""

from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from plasticity.typing import Array

INK, MUTED, LINE = "#1e1d1b", "#6a665e", "#ddd9cf"
COLOURS = ("#1b6aa5", "#c4510d", "#2d7d52", "#8a4b9f", "#8c6d00", "#4a5560")
CLASSES = (
    "#4269d0", "#e08214", "#d6455b", "#5ba8a0", "#3a9446",
    "#b89b00", "#a463f2", "#c77aa0", "#9c6b4e", "#7b8794",
)  # fmt: skip
DIVERGING = "RdBu_r"


def axes(ax: Axes | None, width: float = 4.8, height: float = 3.2) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in inches.

    Pyplot does not know the new figure, so a notebook shows it as the picture of its axes.
    """
    if ax is not None:
        return ax
    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.add_subplot()
    ax._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]  # called by IPython
    return ax


def _png(figure: Figure) -> bytes:  # no closure, which could not be pickled
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def quiet(ax: Axes, *, grid: bool = True) -> None:
    """Reduce axes to a baseline and faint horizontal lines in muted colours."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
    ax.tick_params(colors=MUTED, length=0, labelsize=8)
    ax.xaxis.label.set(color=MUTED, size=8)
    ax.yaxis.label.set(color=MUTED, size=8)
    if grid:
        ax.grid(axis="y", color=LINE, linewidth=0.8)
        ax.set_axisbelow(True)


def weights_image(ax: Axes, picture: Array, limit: float, square: bool) -> Any:
    """Draw weights in [-limit, limit] with white at zero; return the image."""
    return ax.imshow(
        picture,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
        aspect="equal" if square else "auto",
    )


def side_by_side(images: Array, columns: int, gap: int, blank: float) -> Array:
    """Return images (image, y, x, ...) as one, row after row, with blank pixels in the gaps."""
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
    """Return the colour of a run by its position."""
    return COLOURS[index % len(COLOURS)]


def integer_ticks(axis: Any, most: int = 4) -> None:
    """Set a few ticks at integers, with separated thousands."""
    axis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=2))
    axis.set_major_formatter("{x:,.0f}")


def number_ticks(axis: Any, most: int = 4) -> None:
    """Set a few ticks with short labels."""
    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(lambda value, _: short_number(value, 4))


def short_number(value: float, digits: int = 3) -> str:
    """Return a number with some digits, or all those before the point.

    >>> short_number(0.31622776), short_number(1437.2), short_number(1e-7)
    ('0.316', '1,437', '1e-07')
    """
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.{digits}g}"
