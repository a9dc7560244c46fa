"""Animation of receptive fields as they grow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plasticity.analysis.course import along
from plasticity.errors import DataError, StoreError
from plasticity.plot.canvas import MUTED, weights_image
from plasticity.plot.fields import grid_of, limit_of
from plasticity.store.run import Run

_MOST = 36
_SECONDS = 6.0


def animate(run: Run, path: str | Path, *, count: int = _MOST) -> Path:
    """Write an animation of the recorded weights of the first layer, and return its path.

    Parameters
    ----------
    run : Run
    path : str or Path
        A .gif (by Pillow) or an .mp4 (by ffmpeg).
    count : int
        Neurons at most.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If the weights were not recorded during the run.
    StoreError
        If the file cannot be written.
    """
    from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
    from matplotlib.figure import Figure

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
