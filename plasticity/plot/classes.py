"""Classes: confusion matrix of a readout, and embedding of the samples."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from plasticity.errors import DataError
from plasticity.plot.canvas import CLASSES, MUTED, axes
from plasticity.store.run import Run
from plasticity.typing import Array

_ON_LIGHT = "#222222"  # letters on a light ground, whatever the ground of the page
_MOST_CLASSES = 20  # whose counts can be written into their cells


def confusion(
    run: Run | Array, predicted: Any = None, *, data: Any = None, ax: Axes | None = None
) -> Axes:
    """Plot the confusion matrix of a readout: classes in rows, predicted labels in columns.

    Raises `DataError` if there are no labels, or no held-out samples.

    Parameters
    ----------
    run : Run or array_like (sample,)
        A run, whose last layer is read out by a linear probe on held-out samples; or true labels.
    predicted : array_like (sample,), optional
        Predicted labels, if true ones are given.
    data : str, optional
        Name of a source to use instead of that of the run.
    """
    from scipy.stats.contingency import crosstab

    if isinstance(run, Run):
        from plasticity.analysis.readouts import LINEAR_PROBE, read_off_store

        reading = read_off_store(run, data)
        labels, predicted = reading.labels, reading.predicted[LINEAR_PROBE]
    else:
        labels, predicted = np.asarray(run), np.asarray(predicted)
    if labels.shape != predicted.shape or not labels.size:
        raise DataError(
            f"confusion: as many labels as predictions are needed, got {labels.shape} and "
            f"{predicted.shape}"
        )
    classes = np.union1d(labels, predicted)
    counts = crosstab(labels, predicted, levels=(classes, classes)).count
    side = 0.32 * len(classes) + 1.0
    ax = axes(ax, side, side)
    # Separate colours, since mistakes are few beside the correct ones.
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(len(classes), dtype=bool)
    wrong = np.where(diagonal | (counts == 0), np.nan, share**0.5)
    ax.imshow(wrong, cmap="Reds", vmin=-0.1, vmax=1.0)
    ax.imshow(np.where(diagonal, share, np.nan), cmap="Blues", vmin=0, vmax=1.6)
    if len(classes) <= _MOST_CLASSES:
        for row, column in zip(*np.nonzero(counts), strict=True):
            count = str(counts[row, column])
            ax.text(column, row, count, ha="center", va="center", size=7, color=_ON_LIGHT)
        ticks = range(len(classes))
        ax.set_xticks(ticks, classes.astype(str))
        ax.set_yticks(ticks, classes.astype(str))
    ax.tick_params(length=0, labelsize=8, colors=MUTED)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("label given", size=8, color=MUTED)
    ax.set_ylabel("class", size=8, color=MUTED)
    return ax


def embedding(points: Array, labels: Array, *, ax: Axes | None = None) -> Axes:
    """Plot points (sample, 2) coloured by class, with the name of each class at its median."""
    ax = axes(ax, 3.6, 3.6)
    classes = np.unique(labels)
    for index, name in enumerate(classes):
        colour = CLASSES[index % len(CLASSES)]
        ax.plot(*points[labels == name].T, "o", color=colour, markersize=2.6, markeredgewidth=0)
    if len(classes) <= _MOST_CLASSES:
        for name in classes:
            x, y = np.median(points[labels == name], axis=0)
            ax.text(
                x, y, str(name), ha="center", va="center", size=9, weight="bold", color=_ON_LIGHT,
                bbox={"boxstyle": "circle,pad=0.25", "fc": "#ffffff", "ec": "none", "alpha": 0.75},
            )  # fmt: skip
    ax.set_axis_off()
    ax.set_aspect("equal", adjustable="datalim")
    return ax
