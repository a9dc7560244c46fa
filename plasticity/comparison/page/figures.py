"""The figures of the page: what was measured, what neurons select, what readouts make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import attrs
import numpy as np

from plasticity.comparison.page.colours import LABELLED, SQUARE, WHOLE, svg
from plasticity.comparison.page.format import cell, heading
from plasticity.comparison.result import Compared, Comparison, Contender
from plasticity.comparison.scores import Scores
from plasticity.errors import DataError
from plasticity.plot.classes import confusion, embedding
from plasticity.plot.curves import Trace, theta, trace_of, traces
from plasticity.plot.recorded import along
from plasticity.plot.selections import by_size, selectivity

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# What is known of n neurons -> title and caption of its figure.
_BY_SIZE = {
    "memorized": (
        "Memorized by n neurons",
        "Samples that at least one of n neurons selects. Higher: more memorized.",
    ),
    "overlaps": (
        "Overlap index of n neurons",
        "These over the mean that a neuron selects: n where no two select the same, 1 where all "
        "do. Higher: less overlap.",
    ),
}


@attrs.frozen
class Figure:
    """A drawing with its title and a line below it.

    run   position of the experiment that it shows alone; -1 where it shows all
    """

    title: str
    svg: str
    caption: str = ""
    run: int = -1


def courses(comparison: Comparison) -> list[Figure]:
    """A figure for each measurement over the steps, and one for the threshold."""
    found: dict[str, dict[int, list[Trace]]] = {}
    for index, contender in enumerate(comparison.contenders):
        for compared in contender.runs:
            if compared.run is None:
                continue
            for name, array in compared.run.metrics.data_vars.items():
                found.setdefault(str(name), {}).setdefault(index, []).append(trace_of(array))
    figures = [
        Figure(heading(name), svg(partial(traces, course), f"{heading(name)} over steps"))
        for name, course in found.items()
        if any(np.isfinite(values).any() for runs in course.values() for _, values in runs)
    ]
    return [*figures, *_thresholds(comparison.contenders)]


def selections(comparison: Comparison) -> list[Figure]:
    """How many samples neurons select, and more and more of them together."""
    scored = [
        (index, contender.name, contender.shown.scores)
        for index, contender in enumerate(comparison.contenders)
        if contender.shown.scores is not None and contender.shown.scores.selected.size
    ]
    if not scored:
        return []
    n_sample = scored[0][2].n_evaluated
    # Positions without scores are there, so that colours stay.
    counts = {name: np.empty(0) for name in (c.name for c in comparison.contenders)}
    counts |= {name: scores.selected for _, name, scores in scored}
    select = partial(selectivity, counts, n_sample=n_sample, legend=False)
    figures = [
        Figure(
            "Samples that a neuron selects",
            svg(select, "how many neurons select how many samples", place=LABELLED),
            f"Neurons over the number of samples selected, of {n_sample:,}. Further to the left: "
            "more selective.",
        )
    ]
    if max(scores.sizes.max() for _, _, scores in scored) < 2:
        return figures
    for what, (title, caption) in _BY_SIZE.items():
        curves = {index: (scores.sizes, getattr(scores, what)) for index, _, scores in scored}
        figures.append(Figure(title, svg(partial(by_size, curves), f"{title}, over n"), caption))
    return figures


def readings(comparison: Comparison) -> list[Figure]:
    """A confusion matrix for each experiment and readout."""
    figures = []
    for index, contender, scores in _scored(comparison):
        assert scores.labels is not None
        for name, predicted in scores.predicted.items():
            drawn = svg(
                partial(confusion, scores.labels, predicted),
                f"confusion of the {heading(name)} of {contender.name}",
                height=3.4,
                place=SQUARE,
            )
            told = f"{heading(name).capitalize()}: {cell(name, scores.accuracy(name))}"
            figures.append(Figure(contender.name, drawn, told, index))
    return figures


def embeddings(comparison: Comparison) -> list[Figure]:
    """The responses of each experiment in the plane of their two main components."""
    figures = []
    for index, contender, scores in _scored(comparison):
        if scores.points is not None and scores.shown is not None:
            drawn = svg(
                partial(embedding, scores.points, scores.shown),
                f"responses of {contender.name} by class",
                height=3.0,
                place=WHOLE,
            )
            told = f"The two components hold {100 * sum(scores.explained):.0f}% of the variance."
            figures.append(Figure(contender.name, drawn, told, index))
    return figures


def _scored(comparison: Comparison) -> Iterator[tuple[int, Contender, Scores]]:
    """The experiments of which something was read off, each with its position."""
    for index, contender in enumerate(comparison.contenders):
        scores = contender.shown.scores
        if scores is not None and scores.labels is not None:
            yield index, contender, scores


def _thresholds(contenders: Iterable[Contender]) -> list[Figure]:
    shown = [contender.shown for contender in contenders]
    recorded = [(index, compared) for index, compared in enumerate(shown) if _has_theta(compared)]
    if not recorded:
        return []

    def draw(ax: Axes) -> None:
        for index, compared in recorded:
            assert compared.run is not None
            theta(compared.run, label=compared.name, colour=index, ax=ax).set_xlabel("")

    caption = "Median and quartiles over the neurons, where a rule has a threshold."
    return [Figure("theta", svg(draw, "theta over steps"), caption)]


def _has_theta(compared: Compared) -> bool:
    if compared.run is None or compared.failure:
        return False
    try:
        along(compared.run, "threshold")
    except DataError:
        return False
    return True
