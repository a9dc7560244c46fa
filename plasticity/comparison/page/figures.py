"""The figures of the page: measurements, selected samples, readouts."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

import attrs
import numpy as np
from matplotlib.axes import Axes

from plasticity.analysis.course import along
from plasticity.comparison.page.colours import LABELLED, SQUARE, WHOLE, svg
from plasticity.comparison.page.format import cell, heading
from plasticity.comparison.result import Comparison, Contender
from plasticity.comparison.scores import Scores
from plasticity.errors import DataError
from plasticity.plot.classes import confusion, embedding
from plasticity.plot.curves import Trace, theta, trace_of, traces
from plasticity.plot.selections import by_size, selectivity

# Title and caption of the figures over n neurons.
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
    """Plot with its title and caption."""

    title: str
    svg: str
    caption: str = ""
    run: int = -1  # position of the only experiment that it shows


def courses(comparison: Comparison) -> list[Figure]:
    """Return a figure of each measurement over the steps, and one of the threshold."""
    by_name: dict[str, dict[int, list[Trace]]] = {}
    for index, contender in enumerate(comparison.contenders):
        for compared in contender.runs:
            if compared.run is None:
                continue
            for name, array in compared.run.metrics.data_vars.items():
                by_name.setdefault(str(name), {}).setdefault(index, []).append(trace_of(array))
    figures = [
        Figure(heading(name), svg(partial(traces, course), f"{heading(name)} over steps"))
        for name, course in by_name.items()
        if any(np.isfinite(values).any() for runs in course.values() for _, values in runs)
    ]
    return [*figures, *_thresholds(comparison.contenders)]


def selections(comparison: Comparison) -> list[Figure]:
    """Return figures of the samples that neurons select, each alone and several together."""
    scored = [found for found in _scored(comparison) if found[2].selected.size]
    if not scored:
        return []
    n_sample = scored[0][2].n_evaluated
    # Entries without scores keep the colours of the others.
    counts = {contender.name: np.empty(0) for contender in comparison.contenders}
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
    """Return a confusion matrix for each experiment and readout."""
    figures = []
    for index, name, scores in _scored(comparison):
        for readout, predicted in scores.predicted.items():
            draw = partial(confusion, np.asarray(scores.labels), predicted)
            label = f"confusion of the {heading(readout)} of {name}"
            caption = f"{heading(readout).capitalize()}: {cell(readout, scores.accuracy(readout))}"
            figures.append(Figure(name, svg(draw, label, height=3.4, place=SQUARE), caption, index))
    return figures


def embeddings(comparison: Comparison) -> list[Figure]:
    """Return the responses of each experiment in the plane of their two main components."""
    figures = []
    for index, name, scores in _scored(comparison):
        if scores.points is not None and scores.shown is not None:
            draw = partial(embedding, scores.points, scores.shown)
            plot = svg(draw, f"responses of {name} by class", height=3.0, place=WHOLE)
            share = 100 * sum(scores.explained)
            caption = f"The two components hold {share:.0f}% of the variance."
            figures.append(Figure(name, plot, caption, index))
    return figures


def _scored(comparison: Comparison) -> Iterator[tuple[int, str, Scores]]:
    for index, contender in enumerate(comparison.contenders):
        if contender.shown.scores is not None:
            yield index, contender.name, contender.shown.scores


def _thresholds(contenders: Iterable[Contender]) -> list[Figure]:
    recorded = []
    for index, contender in enumerate(contenders):
        run = contender.shown.run
        if run is not None and not contender.shown.failure:
            with suppress(DataError):
                along(run, "threshold")
                recorded.append((index, contender.name, run))
    if not recorded:
        return []

    def draw(ax: Axes) -> None:
        for index, name, run in recorded:
            theta(run, label=name, colour=index, ax=ax).set_xlabel("")

    caption = "Median and quartiles over the neurons, where a rule has a threshold."
    return [Figure("theta", svg(draw, "theta over steps"), caption)]
