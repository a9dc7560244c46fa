"""Weights and samples as PNG pictures embedded in the page."""

from __future__ import annotations

import base64
import io
from typing import Any

import attrs
import numpy as np

from plasticity.plot.canvas import side_by_side
from plasticity.plot.fields import limit_of
from plasticity.typing import Array

MOST = 100
_CELL = 96  # pixels of the longer side of a small image, enlarged
_LARGEST_CELL = 128
_GAP = 8
_MOST_COLUMNS = 10
_MAP_WIDTH = 720
_FRAME_WIDTH, _MATRIX_HEIGHT = 300, 160  # pixels of an enlarged frame
_CLEAR, _COLOURS = 0, 255  # transparent entry of the palette, and others from blue to red


@attrs.frozen
class Picture:
    """Picture as a `data:` URL, and its size in pixels."""

    source: str
    width: int
    height: int
    limit: float = float("nan")  # absolute weight at which the colours end
    diverging: bool = False  # from blue through white to red


@attrs.frozen
class Film:
    """Picture of frames below each other as a `data:` URL, and the size of one in pixels."""

    source: str
    width: int
    height: int
    steps: tuple[int, ...]
    shown: int  # number of neurons


def weight_picture(
    weights: Array, image_shape: tuple[int, ...] | None, limit: float | None = None
) -> Picture:
    """Return weights (neuron, input) as a grid of images, or as a matrix without an image shape.

    One scale of colours for all ends at `limit`, by default the 99.9th percentile of the absolute
    weights: blue below zero, red above, white at zero; in images with three channels zero is grey.
    """
    limit = limit_of(weights) if limit is None else limit
    scaled = np.clip(weights / limit, -1, 1) / 2 + 0.5
    if image_shape is None:
        return _encoded(_enlarged_map(_bytes(_diverging(scaled))), limit, diverging=True)
    images = scaled.reshape(len(scaled), *image_shape[:2], -1)
    diverging = images.shape[-1] != 3
    if diverging:
        images = _diverging(images.mean(axis=-1))
    return _encoded(_grid(_bytes(images)), limit, diverging)


def sample_picture(samples: Array, image_shape: tuple[int, ...] | None) -> Picture | None:
    """Return samples (sample, input) as a row of images, dark on light; None without a shape."""
    if image_shape is None:
        return None
    low, high = float(samples.min()), float(samples.max())
    images = ((samples - low) / ((high - low) or 1.0)).reshape(len(samples), *image_shape[:2], -1)
    if images.shape[-1] != 3:
        images = np.repeat(1 - images.mean(axis=-1, keepdims=True), 3, axis=-1)
    return _encoded(_grid(_bytes(images)))


def _diverging(values: Array) -> Array:
    """Return values in [0, 1] as red, green and blue in [0, 1]."""
    import matplotlib

    colours: Array = matplotlib.colormaps["RdBu_r"](values)[..., :3]
    return colours


def _bytes(colours: Array) -> Array:
    return np.round(colours * 255).astype(np.uint8)


def _grid(images: Array) -> Array:
    """Return images (image, y, x, 3) as one (y, x, 4), ten in a row with transparent gaps."""
    shrink = -(-max(images.shape[1:3]) // _LARGEST_CELL)
    images = images[:, ::shrink, ::shrink]
    enlarge = max(1, _CELL // max(images.shape[1:3]))
    images = images.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
    opaque = np.pad(images, ((0, 0), (0, 0), (0, 0), (0, 1)), constant_values=255)
    return side_by_side(opaque, min(len(images), _MOST_COLUMNS), _GAP, 0)


def _enlarged_map(colours: Array) -> Array:
    """Return a matrix of colours (neuron, input, 3), enlarged to the width of the page."""
    height, width, _ = colours.shape
    colours = colours[:, :: -(-width // _MAP_WIDTH)]
    across = max(1, _MAP_WIDTH // colours.shape[1])
    down = max(1, min(across, _MAP_WIDTH // height, 24))
    return colours.repeat(down, axis=0).repeat(across, axis=1)


def _encoded(colours: Array, limit: float = float("nan"), diverging: bool = False) -> Picture:
    from PIL import Image

    source = png_url(Image.fromarray(colours))
    return Picture(source, colours.shape[1], colours.shape[0], limit, diverging)


def png_url(image: Any) -> str:
    """Return a picture of Pillow as a `data:` URL."""
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def film(
    frames: Array, steps: Array, image_shape: tuple[int, ...] | None, columns: int, limit: float
) -> Film:
    """Return a film of frames (step, neuron, input), on one scale that ends at `limit`."""
    from PIL import Image

    pictures = np.stack([_frame(frame, image_shape, columns, limit) for frame in frames])
    count, height, width = pictures.shape
    across = max(1, _FRAME_WIDTH // width)
    down = across if image_shape else max(1, min(across, _MATRIX_HEIGHT // height))
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
        return np.pad(entries[:, :: -(-entries.shape[1] // _FRAME_WIDTH)], ((0, 1), (0, 0)))
    images = entries.reshape(len(entries), *image_shape[:2], -1)[..., 0]
    return np.pad(side_by_side(images, columns, 1, _CLEAR), ((0, 1), (0, 0)))


def _palette() -> list[int]:
    import matplotlib

    colours = matplotlib.colormaps["RdBu_r"](np.linspace(0, 1, _COLOURS))[:, :3]
    return [0, 0, 0, *np.round(255 * colours).astype(int).ravel().tolist()]
