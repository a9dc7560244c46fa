"""How many samples neurons select: each by itself, and so many of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from plasticity import formulas
from plasticity.plot.canvas import axes, colour_of, few_numbers, quiet, whole_numbers
from plasticity.store.run import Run
from plasticity.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 24


def selectivity(
    run: Run | Mapping[str, Array],
    samples: Any = None,
    *,
    n_sample: int | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """How many neurons select how many samples: |A_i|, A_i = {x : y_i(x) > E[y_i]}.

    run       a run, or numbers of samples selected (neuron,) by name
    samples   a source by name, an array or `Data` in place of the samples that the run was trained
              on; of them those that the metrics of the run look at
    n_sample  how many samples there were, where numbers are given

    The fewer samples a neuron selects, the more selective it is.
    """
    if isinstance(run, Run):
        from plasticity.analysis.reading import evaluation_responses

        responses = evaluation_responses(run, samples)
        counts: Mapping[str, Array] = {"": np.count_nonzero(formulas.selected(responses), axis=1)}
        n_sample = responses.shape[1]
    else:
        counts = run
    ax = axes(ax)
    most = max((int(found.max()) for found in counts.values() if found.size), default=1)
    edges = np.linspace(0, max(most, 1), min(_BINS, max(most, 1)) + 1)
    for index, (name, found) in enumerate(counts.items()):
        heights, _ = np.histogram(found, edges)
        ax.stairs(heights, edges, fill=True, color=colour_of(index), alpha=0.25)
        ax.stairs(heights, edges, color=colour_of(index), linewidth=1.4, label=name or None)
    quiet(ax)
    told = f" of {n_sample:,}" if n_sample else ""
    ax.set(xlabel=f"samples selected{told}", ylabel="neurons")
    whole_numbers(ax.xaxis)
    whole_numbers(ax.yaxis)
    if legend and any(counts):
        ax.legend(frameon=False, fontsize=8)
    return ax


def by_size(curves: Mapping[int, tuple[Array, Array]], *, ax: Axes | None = None) -> Axes:
    """A number over how many neurons of a network are taken: its mean over random subsets.

    curves  position of a run -> numbers of neurons (size,), and values (size, subset)
    """
    ax = axes(ax)
    for index, (sizes, values) in curves.items():
        known = np.isfinite(values).any(axis=1)
        mean = np.array([np.nanmean(row) for row in values[known]])
        ax.plot(sizes[known], mean, color=colour_of(index), linewidth=1.6, marker="o", markersize=3)
    quiet(ax)
    if max(len(sizes) for sizes, _ in curves.values()) > 1:
        ax.set_xscale("log")
    _sizes_of_neurons(ax, max(int(sizes.max()) for sizes, _ in curves.values()))
    few_numbers(ax.yaxis)
    ax.set_ylim(bottom=0)
    return ax


def _sizes_of_neurons(ax: Axes, most: int) -> None:
    decades = [10**k for k in range(6) if 10**k <= most]
    ticks = decades + ([most] if most > 2 * decades[-1] else [])
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
