"""Responses and classes: what a readout confuses, and where the samples lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity.errors import DataError
from plasticity.plot.canvas import CLASSES, MUTED, axes
from plasticity.store.run import Run
from plasticity.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ON_LIGHT = "#222222"  # letters on a light ground, whatever the ground of the page
_MOST_CLASSES = 20  # whose counts can be written into their cells


def confusion(
    run: Run | Array, predicted: Any = None, *, data: Any = None, ax: Axes | None = None
) -> Axes:
    """How many samples of each class (row) a readout gave which label (column).

    run        a run, of which a linear probe reads the labels off the activities of the last layer,
               scored on samples that it did not learn from; or the right labels (sample,)
    predicted  the labels that were given, where the right ones are
    data       a source by name, in place of that of the run

    Raises `DataError` where there are no labels, or no samples were left for the score.
    """
    from scipy.stats.contingency import crosstab

    if isinstance(run, Run):
        from plasticity.analysis.reading import read_off_store
        from plasticity.analysis.readouts import LINEAR_PROBE

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
    # The right ones are so many that the mistakes would all be pale beside them.
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(len(classes), dtype=bool)
    wrong = np.where(diagonal | (counts == 0), np.nan, share**0.5)
    ax.imshow(wrong, cmap="Reds", vmin=-0.1, vmax=1.0)
    ax.imshow(np.where(diagonal, share, np.nan), cmap="Blues", vmin=0, vmax=1.6)
    if len(classes) <= _MOST_CLASSES:
        for row, column in zip(*np.nonzero(counts), strict=True):
            told = str(counts[row, column])
            ax.text(column, row, told, ha="center", va="center", size=7, color=_ON_LIGHT)
        ticks = range(len(classes))
        ax.set_xticks(ticks, [str(name) for name in classes])
        ax.set_yticks(ticks, [str(name) for name in classes])
    ax.tick_params(length=0, labelsize=8, colors=MUTED)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("label given", size=8, color=MUTED)
    ax.set_ylabel("class", size=8, color=MUTED)
    return ax


def embedding(points: Array, labels: Array, *, ax: Axes | None = None) -> Axes:
    """Samples as points in a plane, coloured by class; the name of a class stands at its median.

    points  (sample, 2)
    labels  (sample,)
    """
    ax = axes(ax, 3.6, 3.6)
    classes = np.unique(labels)
    for index, name in enumerate(classes):
        its = points[labels == name]
        colour = CLASSES[index % len(CLASSES)]
        ax.plot(*its.T, linestyle="", marker="o", markersize=2.6, markeredgewidth=0, color=colour)
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
