"""Receptive fields, and how orientation selectivity emerges."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from plasticity import analysis


def draw(bcm, sanger, components, path):
    """The fields of the BCM neurons and their tuning; the components, of Sanger and of PCA."""
    figure = Figure(figsize=(11, 6), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1.6, 1))
    left, middle, right = above.subfigures(1, 3, width_ratios=(1.2, 1.3, 1))
    side = round(bcm.weights.sizes["neuron"] ** 0.5)
    _grid(left, analysis.receptive_fields(bcm).values, side, "BCM neurons")
    _course(middle.subplots(), bcm.metrics)
    _tuning(right.subplots(subplot_kw={"projection": "polar"}), bcm.metrics.isel(step=-1))
    learned = analysis.receptive_fields(sanger).values
    found = components.reshape(learned.shape)
    # A component has no sign of its own.
    signs = np.sign((learned * found).sum(axis=(1, 2), keepdims=True))
    both = np.concatenate([learned, signs * found])
    _grid(below, both, len(learned), "Sanger's neurons, and below each the component by PCA")
    figure.savefig(path, dpi=90)


def _grid(figure, images, columns, title):
    figure.suptitle(title, fontsize=11)
    gray = matplotlib.colormaps["gray"]
    for axes, image in zip(
        figure.subplots(len(images) // columns, columns).flat, images, strict=True
    ):
        largest = np.abs(image).max()
        axes.imshow(image, cmap=gray, vmin=-largest, vmax=largest)
        axes.set(xticks=[], yticks=[])


def _course(axes, metrics):
    selectivity = metrics["orientation_selectivity"]
    axes.semilogx(selectivity["step"], selectivity, color="tab:blue", alpha=0.35, linewidth=0.8)
    axes.semilogx(selectivity["step"], selectivity.median("neuron"), color="tab:blue")
    axes.set(xlabel="step", ylabel="orientation selectivity", ylim=(0, 1))
    axes.set_title("each BCM neuron, and their median", fontsize=11)


def _tuning(axes, metrics):
    """Preferred orientation as the angle, selectivity as the radius; the bandwidth as an arc."""
    for neuron in range(metrics.sizes["neuron"]):
        one = metrics.isel(neuron=neuron)
        angle = float(one["preferred_orientation"])
        radius = float(one["orientation_selectivity"])
        width = float(one["orientation_bandwidth"])
        arc = np.deg2rad(np.linspace(angle - width, angle + width, 20))
        axes.plot(arc, np.full(20, radius), color="tab:blue", alpha=0.5, linewidth=0.8)
        axes.plot(np.deg2rad(angle), radius, "o", color="tab:blue", markersize=4)
    axes.set(thetamin=-20, thetamax=200, ylim=(0, 1))
    axes.set_rgrids((0.5, 1))
    axes.set_title("preferred orientation and bandwidth", fontsize=11)
