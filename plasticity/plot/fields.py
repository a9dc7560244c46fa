"""Weights as images, at the end of a run and during it, still and moving."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plasticity.analysis.course import along
from plasticity.analysis.dims import ImageShape, without_constant
from plasticity.errors import DataError, StoreError
from plasticity.plot.canvas import MUTED, axes, side_by_side, weights_image
from plasticity.store.run import Run
from plasticity.typing import Array

_MOST = 100
_GAP = 1  # pixels between two images
_FRAMES = 8
_MOST_MOVING = 36
_SECONDS = 6.0


def weights(
    run: Run | Array,
    image_shape: ImageShape = None,
    *,
    count: int = _MOST,
    limit: float | None = None,
    colour_bar: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Plot the weights of the first layer on one scale, blue below zero, white at it, red above.

    Raises `DataError` if the run holds no weights, or the shape does not fit.

    Parameters
    ----------
    run : Run or ndarray (neuron, input)
        A finished run, or weights.
    image_shape : tuple of int, optional
        (y, x) or (y, x, channel), by default that of the run; channels are averaged. Without it the
        weights are plotted as a matrix.
    count : int
        Neurons at most.
    limit : float, optional
        Weight at which the colours end; by default the 99.9th percentile of the absolute weights.
    """
    if isinstance(run, Run):
        image_shape = image_shape or run.image_shape
        state = run.state(0)
        if "weights" not in state:
            raise DataError(f"{run.store.target or 'the run'}: holds no weights")
        values = without_constant(state["weights"], image_shape).values
    else:
        values = np.asarray(run)
    limit = limit_of(values) if limit is None else limit
    shown = values[:count]
    picture = grid_of(shown, image_shape)
    height = 4.2 if image_shape else min(4.2, max(1.2, 0.12 * len(shown)))
    ax = axes(ax, 4.2 + 0.5 * colour_bar, height)
    image = weights_image(ax, picture, limit, square=bool(image_shape))
    if image_shape:
        ax.set_axis_off()
    else:
        ax.set(xlabel="input", ylabel="neuron")
    title = "1 neuron" if len(values) == 1 else f"{len(values)} neurons"
    ax.set_title(title if len(shown) == len(values) else f"{len(shown)} of {title}", size=9)
    if colour_bar:
        _add_bar(ax, image)
    return ax


def trajectory(
    run: Run, *, count: int = _FRAMES, frames: int = _FRAMES, ax: Axes | None = None
) -> Axes:
    """Plot receptive fields as they grew: a row for each neuron, a column for each step.

    Raises `DataError` if the weights were not recorded during the run.

    Parameters
    ----------
    count : int
        Number of neurons.
    frames : int
        Number of steps, evenly spaced among those recorded.
    """
    recorded = along(run, "weights", 0)
    steps = np.unique(np.linspace(0, recorded.sizes["step"] - 1, frames).astype(int))
    values = recorded.isel(step=steps).values[:, :count]
    shape = run.image_shape
    rows = values.transpose(1, 0, 2).reshape(-1, values.shape[-1])
    limit = limit_of(values)
    ax = axes(ax, 0.62 * len(steps) + 0.6, 0.62 * values.shape[1] + 0.5)
    if shape is None:
        picture, side = values[:, 0].T, 1.0
    else:
        picture, side = grid_of(rows, shape, len(steps)), float(shape[1] + _GAP)
    image = weights_image(ax, picture, limit, square=shape is not None)
    ticks = side * np.arange(len(steps)) + (side - _GAP - 1) / 2 if shape else range(len(steps))
    ax.set_xticks(list(ticks), [f"{step:,}" for step in recorded["step"].values[steps]])
    ax.set_yticks([])
    ax.tick_params(length=0, labelsize=7, colors=MUTED)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("step" if shape else "step; the inputs of the first neuron upwards", size=8)
    _add_bar(ax, image)
    return ax


def animate(run: Run, path: str | Path, *, count: int = _MOST_MOVING) -> Path:
    """Write an animation of the recorded weights of the first layer, and return its path.

    Raises `DataError` if the weights were not recorded during the run, and `StoreError` if the file
    cannot be written.

    Parameters
    ----------
    path : str or Path
        A .gif (by Pillow) or an .mp4 (by ffmpeg).
    count : int
        Neurons at most.
    """
    from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter

    path = Path(path)
    recorded = along(run, "weights", 0)
    values, steps = recorded.values[:, :count], recorded["step"].values
    limit, rate = limit_of(values), max(2, round(len(steps) / _SECONDS))
    if path.suffix == ".mp4" and not FFMpegWriter.isAvailable():
        raise StoreError(f"{path}: an mp4 needs ffmpeg, which is not installed; a gif does not")
    if path.suffix not in (".mp4", ".gif"):
        raise DataError(f"{path}: a moving picture is a .gif or an .mp4")
    figure = Figure(figsize=(4.2, 4.5), layout="constrained")
    ax = figure.add_subplot()
    ax.set_axis_off()
    image = weights_image(
        ax, grid_of(values[0], run.image_shape), limit, square=bool(run.image_shape)
    )
    title = ax.set_title("", size=9, color=MUTED, loc="left")

    def show(frame: int) -> tuple[Any, ...]:
        image.set_data(grid_of(values[frame], run.image_shape))
        title.set_text(f"step {steps[frame]:,}")
        return image, title

    # Hold the last frame for a second.
    order = [*range(len(steps)), *[len(steps) - 1] * rate]
    writer: Any = PillowWriter(fps=rate) if path.suffix == ".gif" else FFMpegWriter(fps=rate)
    try:
        FuncAnimation(figure, show, frames=order, cache_frame_data=False).save(path, writer=writer)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error}") from error
    return path


def limit_of(values: Array) -> float:
    """Return the weight at which colours end; few exceed it, lest these make all others pale."""
    finite = np.abs(values[np.isfinite(values)])
    return (float(np.quantile(finite, 0.999)) if finite.size else 0.0) or 1.0


def grid_of(values: Array, image_shape: ImageShape, columns: int | None = None) -> Array:
    """Return weights (neuron, input) as one picture of images side by side, NaN between them.

    >>> grid_of(np.ones((2, 4)), (2, 2)).shape, grid_of(np.ones((2, 4)), None).shape
    ((2, 5), (2, 4))
    """
    if image_shape is None:
        return values
    if values.shape[1] != np.prod(image_shape):
        raise DataError(
            f"images of shape {tuple(image_shape)} have {np.prod(image_shape)} inputs, but the "
            f"weights have {values.shape[1]}"
        )
    images = values.reshape(len(values), *image_shape)
    if images.ndim == 4:
        images = images.mean(axis=-1)
    columns = columns or int(np.ceil(np.sqrt(len(images))))
    return side_by_side(images.astype(np.float64), columns, _GAP, np.nan)


def _add_bar(ax: Axes, image: Any) -> None:
    figure: Any = ax.get_figure()
    bar = figure.colorbar(image, ax=ax, shrink=0.7, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=7, colors=MUTED)
