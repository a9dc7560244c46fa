"""Numbers of samples that neurons select, each alone and several together."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from plasticity import formulas
from plasticity.plot.canvas import axes, colour_of, integer_ticks, number_ticks, quiet
from plasticity.store.run import Run
from plasticity.typing import Array

_BINS = 24


def selectivity(
    run: Run | Mapping[str, Array],
    samples: Any = None,
    *,
    n_sample: int | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Plot a histogram of the number of samples that a neuron selects; fewer is more selective.

    A neuron selects A_i = {x : y_i(x) > E[y_i]}.

    Parameters
    ----------
    run : Run or mapping of str to ndarray (neuron,)
        A run, or numbers of selected samples by name.
    samples : str, array_like or Data, optional
        Source or samples to use instead of the training samples; of these, as many as the metrics
        of the run use.
    n_sample : int, optional
        Number of samples, if numbers are given.
    """
    if isinstance(run, Run):
        from plasticity.analysis.responses import evaluation_responses

        responses = evaluation_responses(run, samples)
        counts: Mapping[str, Array] = {"": np.count_nonzero(formulas.selected(responses), axis=1)}
        n_sample = responses.shape[1]
    else:
        counts = run
    ax = axes(ax)
    most = max((int(chosen.max()) for chosen in counts.values() if chosen.size), default=1)
    edges = np.linspace(0, max(most, 1), min(_BINS, max(most, 1)) + 1)
    for index, (name, chosen) in enumerate(counts.items()):
        heights, _ = np.histogram(chosen, edges)
        ax.stairs(heights, edges, fill=True, color=colour_of(index), alpha=0.25)
        ax.stairs(heights, edges, color=colour_of(index), linewidth=1.4, label=name or None)
    quiet(ax)
    of_all = f" of {n_sample:,}" if n_sample else ""
    ax.set(xlabel=f"samples selected{of_all}", ylabel="neurons")
    integer_ticks(ax.xaxis)
    integer_ticks(ax.yaxis)
    if legend and any(counts):
        ax.legend(frameon=False, fontsize=8)
    return ax


def by_size(curves: Mapping[int, tuple[Array, Array]], *, ax: Axes | None = None) -> Axes:
    """Plot a number over the size of random subsets of the neurons, as the mean over the subsets.

    Parameters
    ----------
    curves : mapping of int to tuple of ndarray
        Sizes (size,) and values (size, subset) of a run, by its position in the palette.
    """
    ax = axes(ax)
    for index, (sizes, values) in curves.items():
        known = np.isfinite(values).any(axis=1)
        mean = np.array([np.nanmean(row) for row in values[known]])
        ax.plot(sizes[known], mean, color=colour_of(index), linewidth=1.6, marker="o", markersize=3)
    quiet(ax)
    if max(len(sizes) for sizes, _ in curves.values()) > 1:
        ax.set_xscale("log")
    most = max(int(sizes.max()) for sizes, _ in curves.values())
    decades = [10**k for k in range(6) if 10**k <= most]
    ticks = decades + ([most] if most > 2 * decades[-1] else [])
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    number_ticks(ax.yaxis)
    ax.set_ylim(bottom=0)
    return ax
