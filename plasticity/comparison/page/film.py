"""The growth of receptive fields: one picture of all frames, of which a page shows one."""

from __future__ import annotations

import attrs
import numpy as np

from plasticity.comparison.page.pictures import png_url
from plasticity.plot.canvas import side_by_side
from plasticity.typing import Array

_WIDTH = 300  # pixels of an enlarged frame
_HEIGHT = 160  # of an enlarged matrix
_GAP = 1  # pixels between images
_CLEAR, _COLOURS = 0, 255  # transparent entry of the palette, and others from blue to red


@attrs.frozen
class Film:
    """Picture of frames below each other.

    source  its `data:` URL
    width, height  of one frame, in pixels
    steps   of the frames
    shown   number of neurons
    """

    source: str
    width: int
    height: int
    steps: tuple[int, ...]
    shown: int


def film(
    frames: Array, steps: Array, image_shape: tuple[int, ...] | None, columns: int, limit: float
) -> Film:
    """Return a film of frames (step, neuron, input), on one scale that ends at `limit`."""
    from PIL import Image

    pictures = np.stack([_frame(frame, image_shape, columns, limit) for frame in frames])
    count, height, width = pictures.shape
    across = max(1, _WIDTH // width)
    down = across if image_shape else max(1, min(across, _HEIGHT // height))
    pixels = pictures.repeat(down, axis=1).repeat(across, axis=2)
    image = Image.fromarray(pixels.reshape(-1, width * across))
    image.putpalette(_palette())
    image.info["transparency"] = _CLEAR
    size = width * across, height * down
    return Film(png_url(image), *size, tuple(map(int, steps[:count])), frames.shape[1])


def _frame(
    weights: Array, image_shape: tuple[int, ...] | None, columns: int, limit: float
) -> Array:
    """Return one frame (y, x) as entries of the palette, with a transparent row at its end."""
    entries = np.round((np.clip(weights / limit, -1, 1) + 1) / 2 * (_COLOURS - 1)) + 1
    entries = entries.astype(np.uint8)
    if image_shape is None:
        return np.pad(entries[:, :: -(-entries.shape[1] // _WIDTH)], ((0, _GAP), (0, 0)))
    images = entries.reshape(len(entries), *image_shape[:2], -1)[..., 0]
    return np.pad(side_by_side(images, columns, _GAP, _CLEAR), ((0, _GAP), (0, 0)))


def _palette() -> list[int]:
    import matplotlib

    colours = matplotlib.colormaps["RdBu_r"](np.linspace(0, 1, _COLOURS))[:, :3]
    return [0, 0, 0, *np.round(255 * colours).astype(int).ravel().tolist()]
