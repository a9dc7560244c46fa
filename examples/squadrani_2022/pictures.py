"""The four pictures of a data set, small enough to be kept beside the text."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from plasticity import analysis

N_NEURON = 12  # of the 100, the first ones
N_PATTERN = 8
N_COLOUR = 96
GAP = 2  # pixels between images
WHITE = 1.0


def memory(path, sweep, published, courses, flat):
    """Selectivity against the memory factor, and along the runs."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    ends, along = figure.subplots(1, 2)
    places = np.arange(len(sweep.rows))
    low, high = (100 * sweep.column(name) for name in ("low", "high"))
    ends.fill_between(places, low, high, alpha=0.15, color="tab:blue", label="80 % of neurons")
    ends.plot(places, 100 * sweep.column("alpha"), "o-", color="tab:blue", label="mean")
    silent = published.column("silent") == 100
    for which, mark, label in ((~silent, "s", "at 0.02"), (silent, "x", "at 0.02: all silent")):
        if which.any():
            shares = 100 * published.column("alpha")[which]
            ends.plot(places[which], shares, mark, color="tab:orange", label=label)
    ends.axhline(100 * flat, color="black", linestyle="--", label="published code")
    ends.set(xlabel="memory factor γ", ylabel="patterns a neuron selects, %", ylim=(-1, None))
    ends.set_xticks(places, [f"{value:g}" for value in sweep.rows])
    ends.legend(fontsize=8)
    colours = matplotlib.colormaps["viridis"](np.linspace(0, 0.9, len(courses)))
    for (value, (steps, shares)), colour in zip(courses.items(), colours, strict=True):
        along.plot(steps, 100 * shares, ".-", color=colour, label=f"γ = {value:g}")
    along.set(xlabel="step", ylabel="patterns a neuron selects, %", ylim=(-1, None))
    along.set_title("one run each", fontsize=10)
    along.legend(fontsize=8)
    figure.savefig(path, dpi=90)


def lateral(path, sweep):
    """Overlap, memorization and selectivity against the strength of the connections."""
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    places = np.arange(len(sweep.rows))
    shown = {
        "beta": ("overlap index β\n1: all select the same", 1),
        "shared": ("shared by two neurons, %", 100),
        "memorized": ("patterns memorized, %", 100),
        "alpha": ("patterns a neuron selects, %", 100),
    }
    panels = figure.subplots(1, len(shown))
    for axes, (name, (label, factor)) in zip(panels, shown.items(), strict=True):
        axes.plot(places, factor * sweep.column(name), "o-", markersize=4)
        axes.axvline(list(sweep.rows).index(0), color="gray", linewidth=0.8)
        axes.set_xlabel("inhibition   L   excitation", fontsize=9)
        axes.set_ylabel(label, fontsize=9)
        axes.set_ylim(0, None)
        axes.set_xticks(places, [f"{value:g}" for value in sweep.rows], rotation=60, fontsize=8)
    top = panels[0].get_ylim()[1]
    with np.errstate(divide="ignore"):
        bound = 1 / sweep.column("alpha")
    panels[0].plot(places, bound, ":", color="black", label="all patterns\nmemorized")
    panels[0].set_ylim(0, 1.4 * top)
    panels[0].legend(fontsize=7)
    figure.savefig(path, dpi=90)


def fields(path, runs):
    """The receptive fields of the first neurons of some runs, a row of the picture each."""
    rows = [_coloured(analysis.receptive_fields(run).values[:N_NEURON]) for run in runs.values()]
    _save(path, rows, list(runs))


def patterns(path, run, images):
    """For the first neurons the field, the mean of what it selects, what it responds to most."""
    responses = analysis.responses_of(run, images)
    chosen = analysis.selected(responses).values
    ranked = analysis.ranked_patterns(responses, N_PATTERN).pattern.values
    pixels = images.take(slice(None), np.float32).reshape(-1, *images.image_shape)
    found = _coloured(analysis.receptive_fields(run).values)
    heard = np.flatnonzero(chosen.any(axis=1))[:N_PATTERN]
    rows = [
        np.concatenate(
            [
                found[neuron][np.newaxis],
                _as_seen(pixels[chosen[neuron]].mean(axis=0)[np.newaxis]),
                _as_seen(pixels[ranked[neuron][ranked[neuron] >= 0]]),
            ]
        )
        for neuron in heard
    ]
    _save(path, rows, [f"neuron {neuron}" for neuron in heard], ["field", "mean", "selected"])


def _coloured(weights):
    """Weights (neuron, y, x) as red for above 0 and blue for below, or with channels as colour."""
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    scaled = 0.5 + weights / (2 * largest.reshape(-1, *[1] * (weights.ndim - 1)))
    if weights.ndim == 4:
        return scaled
    return matplotlib.colormaps["RdBu_r"](scaled)[..., :3]


def _as_seen(images):
    """Images (image, y, x) in grey, dark on white as they are written, or with channels as are."""
    if images.ndim == 4:
        return images
    return np.repeat((1 - images / max(images.max(), 1e-9))[..., np.newaxis], 3, axis=-1)


def _save(path, rows, names, heads=()):
    """Rows of images (image, y, x, colour) as one picture, each pixel at least 2 wide."""
    height, width = (size + GAP for size in rows[0].shape[1:3])
    n_column = max(len(row) for row in rows)
    sheet = np.full((len(rows) * height, n_column * width, 3), WHITE)
    for top, row in enumerate(rows):
        for left, image in enumerate(row):
            there = sheet[top * height :, left * width :]
            there[: height - GAP, : width - GAP] = image
    figure = Figure(figsize=(8, 8 * sheet.shape[0] / sheet.shape[1] + 0.2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(sheet, interpolation="nearest")
    middles = [top * height + height / 2 for top in range(len(rows))]
    axes.set_yticks(middles, names, fontsize=8)
    axes.set_xticks([(left + 0.5) * width for left in range(len(heads))], heads, fontsize=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=90)
    # A palette makes the file three times smaller and no difference to the eye.
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(N_COLOUR)
    small.save(path, optimize=True)
