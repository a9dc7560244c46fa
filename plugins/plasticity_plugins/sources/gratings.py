"""Sine gratings that drift, for tuning curves."""

import math

import numpy as np

from plasticity import (
    Data,
    Experiment,
    Variable,
    component,
    draws_of,
    hookimpl,
    setting,
    uniform_draw,
    whole_draw,
)
from plasticity_plugins.drawn import KeyedByEpoch, exact
from plasticity_plugins.kernels import kernel

EYES = ("left", "right", "both")


@exact
def fill_grating(x, turned, phase, size, frequency, contrast, eyes, eye):  # type: ignore[no-untyped-def]  # compiled
    """Fill x (input,) with a grating that an eye of `EYES` sees; frequency in radians a pixel."""
    across, down = frequency * math.sin(turned), frequency * math.cos(turned)
    n_pixel = size * size
    for e in range(eyes):
        seen = contrast if eyes == 1 or eye == 2 or eye == e else 0.0
        for i in range(size):
            for j in range(size):
                wave = seen * math.cos(across * j + down * i - phase)
                x[e * n_pixel + i * size + j] = wave


@exact
def draw_grating(  # type: ignore[no-untyped-def]  # compiled
    x, step, sample, key, batch, directions, frames, speed, size, frequency, contrast, eyes, eye
):
    """Fill x (input,) with what a grating looks like at the moment of this sample."""
    shown, frame = divmod(step * batch[0] + sample, frames)
    draws = draws_of(key[0], shown, 0)
    turned = 2 * math.pi * whole_draw(draws, 0, directions) / directions
    phase = 2 * math.pi * (uniform_draw(draws, 1) + speed * frame)
    fill_grating(x, turned, phase, size, frequency, contrast, eyes, eye)


@component(source="blais1999presynaptic")
class Gratings(KeyedByEpoch):
    """Sine gratings that drift over a square, in one direction for some samples each.

        x_j = contrast cos(k n . r_j - 2 pi (phase + speed t)),   k = 2 pi frequency
        n = (sin theta, cos theta),   theta = 2 pi d / directions,   t = 0 ... frames - 1

    r_j = (column, row) is the place of pixel j. Direction d and phase are drawn at random for every
    `frames` samples that follow each other. A grating of direction 0 has level bars that move down;
    as d grows the direction turns anticlockwise on the screen, to the right at a quarter. With
    `eyes = 2` the sample holds the square twice, first for the left eye; an eye that does not see
    the grating sees 0.

    Metrics look at every direction at `offsets` phases, equally spaced, with the number d of the
    direction as label. So are tuning curves taken of any finished run on images of this size:

        shown = Gratings(size=13).open_data("train")
        responses = analysis.responses_of(run, shown.samples, shown.labels)
        curves = responses.groupby("label").max()

    Source: the test stimuli of Blais's simulator, 24 orientations of 2.2 cycles in 13 pixels; they
    stand still, are averaged over phases and are seen through a round mask.

    >>> Gratings(size=2, directions=4, offsets=2, frequency=0.25).open_data("train").labels.tolist()
    [0, 0, 1, 1, 2, 2, 3, 3]
    """

    size: int = setting(default=13, low=1, unit="pixels", doc="height and width of the square")
    directions: int = setting(default=24, low=1, doc="number of drift directions over 360 degrees")
    frequency: float = setting(
        default=4.4 / 26,
        above=0,
        high=0.5,
        unit="cycles/pixel",
        doc="of the bars; 2.2 cycles in 13 pixels unless set",
        because="beyond half a cycle a pixel the pixels show another grating",
    )
    speed: float = setting(
        default=0.125,
        low=0,
        high=0.5,
        unit="cycles/sample",
        doc="speed of the drift",
        because="beyond half a cycle a sample it seems to drift the other way",
    )
    frames: int = setting(default=8, low=1, unit="samples", doc="samples of one grating")
    contrast: float = setting(default=1.0, low=0, doc="amplitude of the wave")
    eyes: int = setting(default=1, low=1, high=2, doc="number of eyes")
    eye: str = setting(default="both", choices=EYES, doc="eyes that see the grating")
    offsets: int = setting(default=8, low=1, doc="phases of each direction that metrics look at")
    samples: int = setting(default=100_000, low=1, doc="samples of an epoch")

    batch = Variable((1,), dtype="int64", description="samples of a step")

    kernels = kernel(
        "draw_batch", draw_grating, "directions", "frames", "speed", "wave", arrays=("key", "batch")
    )

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        shape = (self.eyes * self.size, self.size)
        samples = np.empty((self.directions, self.offsets, shape[0] * shape[1]), np.float32)
        for d, p in np.ndindex(samples.shape[:2]):
            turned, phase = (2 * math.pi * part for part in (d / self.directions, p / self.offsets))
            fill_grating(samples[d, p], turned, phase, *self.wave)
        return Data(
            samples.reshape(-1, samples.shape[2]),
            labels=np.repeat(np.arange(self.directions), self.offsets),
            image_shape=shape,
            name="gratings",
            n_drawn=self.samples,
        )

    @hookimpl
    def run_started(self, experiment: Experiment) -> None:
        self.batch[0] = experiment.batch_size

    @property
    def wave(self) -> tuple[int, float, float, int, int]:
        frequency = 2 * math.pi * self.frequency
        return self.size, frequency, self.contrast, self.eyes, EYES.index(self.eye)
