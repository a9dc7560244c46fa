"""The classic figure: the responses of both eyes along the rearing, and what is beside it."""

import matplotlib
import numpy as np
import rearing
from matplotlib.figure import Figure

EYES = ("left", "right")
COLOURS = ("tab:blue", "tab:red")


def draw(rearings, closures, epoch, path):
    """The traces, the loss of the closed eye by its noise, and receptive fields of a neuron."""
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    above, below = figure.subfigures(2, 1)
    panels = above.subplots(1, len(rearings), sharey=True)
    for axes, (name, finished) in zip(panels, rearings.items(), strict=True):
        steps, best = rearing.responses(finished)
        for eye, colour, label in zip((0, 1), COLOURS, EYES, strict=True):
            axes.plot(steps, best[:, :, eye], color=colour, alpha=0.35, linewidth=0.8)
            axes.plot(steps, best[:, :, eye].mean(axis=1), color=colour, label=label)
        _shade(axes, epoch)
        axes.set_title(name)
    panels[0].set_ylabel("best response to a grating")
    panels[0].legend(title="eye")
    left, right = below.subfigures(1, 2, width_ratios=(1, 1.5))
    _loss(left.subplots(), closures, epoch)
    _fields(right, rearings["reverse suture"], epoch)
    figure.savefig(path, dpi=90)


def _loss(axes, closures, epoch):
    for std, finished in closures.items():
        steps, best = rearing.responses(finished)
        axes.semilogy(steps, best[:, :, 0].mean(axis=1), label=f"{std:g}")
    _shade(axes, epoch)
    axes.set(title="left eye, by its noise when closed", ylabel="best response")
    axes.legend(title="noise", loc="lower left")


def _shade(axes, epoch):
    """Mark the phase in which the left eye is closed."""
    ends = rearing.phase_ends(epoch)
    axes.axvspan(ends[rearing.NORMAL], ends[rearing.DEPRIVED], color="black", alpha=0.08)
    axes.set_xlabel("step")
    axes.ticklabel_format(axis="x", style="sci", scilimits=(0, 0))


def _fields(figure, finished, epoch):
    """The weights of the first neuron from both eyes at the end of each phase, on one scale."""
    figure.suptitle("receptive fields of one neuron, reverse suture")
    ends = rearing.phase_ends(epoch)
    frames = finished.trajectory["weights"].isel(neuron=0)
    eyes = rearing.eyes_of(frames.sel(step=list(ends.values()), method="nearest"))
    largest = np.abs(eyes).max()
    panels = figure.subplots(2, len(ends))
    for (eye, phase), axes in np.ndenumerate(panels):
        gray = matplotlib.colormaps["gray"]
        axes.imshow(eyes[phase, eye], cmap=gray, vmin=-largest, vmax=largest)
        axes.set(xticks=[], yticks=[])
    for axes, phase in zip(panels[0], ends, strict=True):
        axes.set_title(phase, fontsize=10)
    for axes, eye in zip(panels[:, 0], EYES, strict=True):
        axes.set_ylabel(eye)
