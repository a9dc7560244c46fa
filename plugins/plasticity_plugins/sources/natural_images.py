"""Patches of natural images at random places, seen with one eye or two."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from plasticity import Data, component, draws_of, hookimpl, setting, whole_draw
from plasticity.errors import DataError
from plasticity.typing import Array
from plasticity_plugins.drawn import KeyedByEpoch, exact, key_of_examples
from plasticity_plugins.kernels import kernel
from plasticity_plugins.sources.images import (
    difference_of_gaussians,
    gray,
    images_of,
    read_images,
    standardized,
    whiten,
)

FILTERS = ("dog", "whiten", "none")


@exact
def draw_patch(  # type: ignore[no-untyped-def]  # compiled
    x, step, sample, key, pixels, table, size, eyes, jitter, remove_mean, standardize
):
    """Fill x (input,) with a patch, once for each eye.

    table (image, 4): where its pixels begin, its width, the number of places of a patch on a line,
    and of those in this image and the images before it.
    """
    draws = draws_of(key[0], step, sample)
    place, image = whole_draw(draws, 0, table[-1, 3]), 0
    while place >= table[image, 3]:
        image += 1
    place -= table[image - 1, 3] if image > 0 else 0
    width, n_place = table[image, 1], table[image, 2]
    for eye in range(eyes):
        top, left = jitter + place // n_place, jitter + place % n_place
        if eye > 0 and jitter > 0:
            top += whole_draw(draws, 1, 2 * jitter + 1) - jitter
            left += whole_draw(draws, 2, 2 * jitter + 1) - jitter
        mean, scale = 0.0, 1.0
        if remove_mean or standardize:
            total, square = 0.0, 0.0
            for i in range(size):
                start = table[image, 0] + (top + i) * width + left
                for j in range(size):
                    total += pixels[start + j]
                    square += pixels[start + j] * pixels[start + j]
            mean = total / (size * size)
            variance = square / (size * size) - mean * mean
            if standardize:
                scale = 1 / np.sqrt(variance) if variance > 1e-12 else 0.0
        for i in range(size):
            start = table[image, 0] + (top + i) * width + left
            at = (eye * size + i) * size
            for j in range(size):
                x[at + j] = (pixels[start + j] - mean) * scale


@component(source="blais1999presynaptic")
class NaturalImages(KeyedByEpoch):
    """Square patches at random places of random natural images.

        I <- G_center * I - G_surround * I      filter "dog"
        I <- R * I,  R(f) = f exp(-(f/f_0)^4)   filter "whiten"
        I <- (I - mean I) / std I               each image as a whole
        x_b = patch of I at (i, j)              every place of every image equally probable

    Colours become gray by Rec. 601. With `eyes = 2` the sample holds the patch twice, first as
    the left eye sees it, then the right one; `jitter` moves the right one by a uniform number of
    pixels, each way up to so many. With `remove_mean` each patch has mean 0, with `standardize`
    also variance 1; one of a single value is then 0. Only the images are in memory; metrics look at
    `examples` patches, the same in every run.

    Images come from a folder of image files, an npy or npz file, or from Python as an array
    (image, y, x) or a list; without any of these they are the two photographs that come with
    scikit-learn.

    Raises `DataError` where there are no images, or one is smaller than a patch.

    Source: Law & Cooper, PNAS 91 (1994) 7797, and Blais, Shouval & Cooper, PNAS 96 (1999) 1083,
    with patches of 13 x 13 pixels of 24 images filtered by a difference of Gaussians of 1 and 3
    pixels; theirs are round, ours square. Whitening: Olshausen & Field, Vision Research 37 (1997)
    3311.
    """

    path: str | Path | None = setting(
        default=None, doc="folder of image files, or an npy or npz file"
    )
    images: Any = setting(default=None, doc="the images themselves, in place of a file")
    size: int = setting(default=13, low=1, unit="pixels", doc="height and width of a patch")
    filter: str = setting(default="dog", choices=FILTERS, doc="filter of an image")
    center: float = setting(default=1.0, above=0, unit="pixels", doc="width of the narrow Gaussian")
    surround: float = setting(default=3.0, above=0, unit="pixels", doc="width of the wide Gaussian")
    cutoff: float = setting(default=0.4, above=0, unit="cycles/pixel", doc="f_0 of the whitening")
    remove_mean: bool = setting(default=False, doc="subtract the mean of each patch")
    standardize: bool = setting(default=False, doc="scale each patch to mean 0, variance 1")
    eyes: int = setting(default=1, low=1, high=2, doc="number of eyes that see the patch")
    jitter: int = setting(default=0, low=0, unit="pixels", doc="largest shift of the second eye")
    samples: int = setting(default=100_000, low=1, doc="samples of an epoch")
    examples: int = setting(default=1000, low=1, doc="samples that metrics can look at")

    kernels = kernel("draw_batch", draw_patch, "_numbers", arrays=("key", "pixels", "table"))

    @hookimpl
    def open_data(self, split: str) -> Data | None:
        if split not in ("train", "test"):
            return None
        shape = (self.eyes * self.size, self.size)
        samples = np.empty((self.examples, shape[0] * shape[1]), np.float32)
        given = key_of_examples(split), self.pixels, self.table, *self._numbers
        for b, sample in enumerate(samples):
            draw_patch(sample, 0, b, *given)
        return Data(samples, image_shape=shape, name="natural images", n_drawn=self.samples)

    @hookimpl
    def cite(self) -> str:
        whitens = self.filter == "whiten"
        return "blais1999presynaptic" + whitens * ", olshausen1997sparse"

    @property
    def _numbers(self) -> tuple[int, int, int, bool, bool]:
        return self.size, self.eyes, self.jitter, self.remove_mean, self.standardize

    @cached_property
    def filtered(self) -> list[Array]:
        """Return the filtered images (y, x), float32."""
        if self.images is not None and self.path is not None:
            raise DataError("natural_images: images come from path or from images, not from both")
        if self.images is not None:
            given = images_of(self.images, "natural_images")
        elif self.path is not None:
            given = read_images(Path(self.path))
        else:
            from sklearn.datasets import load_sample_images

            given = list(load_sample_images().images)
        smallest = self.size + 2 * self.jitter
        found = []
        for place, image in enumerate(given):
            if min(image.shape[:2]) < smallest:
                raise DataError(
                    f"natural_images: image {place} has {image.shape[0]} x {image.shape[1]} "
                    f"pixels, and a patch with its jitter needs {smallest} x {smallest}"
                )
            found.append(standardized(self._filter(gray(image))).astype(np.float32))
        return found

    def _filter(self, image: Array) -> Array:
        if self.filter == "dog":
            return difference_of_gaussians(image, self.center, self.surround)
        return whiten(image, self.cutoff) if self.filter == "whiten" else image

    @cached_property
    def pixels(self) -> Array:
        """Return the pixels of all images, one after another."""
        return np.concatenate([image.ravel() for image in self.filtered])

    @cached_property
    def table(self) -> Array:
        """Return the offset of each image and its number of patches; see `draw_patch`."""
        rows, start, places = [], 0, 0
        for image in self.filtered:
            height, width = image.shape
            n_row, n_column = (side - self.size - 2 * self.jitter + 1 for side in (height, width))
            places += n_row * n_column
            rows.append((start, width, n_column, places))
            start += image.size
        return np.array(rows, np.int64)
