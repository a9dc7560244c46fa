"""Weights and samples as PNG pictures embedded in the page."""

import base64
import io

import attrs
import matplotlib
import numpy as np
from PIL import Image

from plasticity.analysis.dims import ImageShape
from plasticity.plot.canvas import DIVERGING, side_by_side
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
    """Picture as a `data:` URL, and its size in pixels; of a film, the size of one frame."""

    source: str
    width: int
    height: int
    limit: float = float("nan")  # absolute weight at which the colours end
    diverging: bool = False  # from blue through white to red
    steps: tuple[int, ...] = ()  # of the frames of a film, which lie below each other
    shown: int = 0  # number of neurons of a film


def weight_picture(
    weights: Array,
    image_shape: ImageShape,
    limit: float | None = None,
    columns: int = _MOST_COLUMNS,
) -> Picture:
    """Return weights (neuron, input) as a grid of images, or as a matrix without an image shape.

    One scale of colours for all ends at `limit`, by default the 99.9th percentile of the absolute
    weights: blue below zero, red above, white at zero; in images with three channels zero is grey.
    """
    limit = limit_of(weights) if limit is None else limit
    if image_shape is None:
        return _encoded(_enlarged_map(_entries(weights, limit)), limit, diverging=True)
    images = weights.reshape(len(weights), *image_shape[:2], -1)
    if images.shape[-1] == 3:
        return _encoded(_grid(_opaque(np.clip(images / limit, -1, 1) / 2 + 0.5), columns), limit)
    return _encoded(_grid(_entries(images.mean(axis=-1), limit), columns), limit, diverging=True)


def sample_picture(samples: Array, image_shape: ImageShape) -> Picture | None:
    """Return samples (sample, input) as a row of images, dark on light; None without a shape."""
    if image_shape is None:
        return None
    low, high = float(samples.min()), float(samples.max())
    images = ((samples - low) / ((high - low) or 1.0)).reshape(len(samples), *image_shape[:2], -1)
    if images.shape[-1] != 3:
        images = np.repeat(1 - images.mean(axis=-1, keepdims=True), 3, axis=-1)
    return _encoded(_grid(_opaque(images)))


def film(
    frames: Array, steps: Array, image_shape: ImageShape, columns: int, limit: float
) -> Picture:
    """Return a film of frames (step, neuron, input), on one scale that ends at `limit`."""
    entries = _entries(frames, limit)
    if image_shape is None:
        pictures = entries[..., :: -(-entries.shape[-1] // _FRAME_WIDTH)]
    else:
        images = entries.reshape(*entries.shape[:2], *image_shape[:2], -1)[..., 0]
        pictures = np.stack([side_by_side(each, columns, 1, _CLEAR) for each in images])
    pictures = np.pad(pictures, ((0, 0), (0, 1), (0, 0)))  # a transparent row between two
    count, height, width = pictures.shape
    across = max(1, _FRAME_WIDTH // width)
    down = across if image_shape else max(1, min(across, _MATRIX_HEIGHT // height))
    pixels = pictures.repeat(down, axis=1).repeat(across, axis=2)
    whole = _encoded(pixels.reshape(-1, width * across), limit, diverging=True)
    at = tuple(map(int, steps[:count]))
    return attrs.evolve(whole, height=height * down, steps=at, shown=frames.shape[1])


def _entries(weights: Array, limit: float) -> Array:
    """Return weights as entries of the palette."""
    return (np.round(np.clip(weights / limit, -1, 1) * (_COLOURS // 2)) + 128).astype(np.uint8)


def _opaque(colours: Array) -> Array:
    """Return red, green and blue in [0, 1] as bytes, with a fourth for the opacity."""
    widths = [(0, 0)] * (colours.ndim - 1)
    return np.pad(np.round(colours * 255).astype(np.uint8), (*widths, (0, 1)), constant_values=255)


def _grid(images: Array, columns: int = _MOST_COLUMNS) -> Array:
    """Return images (image, y, x, ...) as one, `columns` in a row with transparent gaps."""
    shrink = -(-max(images.shape[1:3]) // _LARGEST_CELL)
    images = images[:, ::shrink, ::shrink]
    enlarge = max(1, _CELL // max(images.shape[1:3]))
    images = images.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
    return side_by_side(images, min(len(images), columns), _GAP, _CLEAR)


def _enlarged_map(entries: Array) -> Array:
    """Return a matrix (neuron, input), enlarged to the width of the page."""
    height, width = entries.shape
    entries = entries[:, :: -(-width // _MAP_WIDTH)]
    across = max(1, _MAP_WIDTH // entries.shape[1])
    down = max(1, min(across, _MAP_WIDTH // height, 24))
    return entries.repeat(down, axis=0).repeat(across, axis=1)


def _encoded(pixels: Array, limit: float = float("nan"), diverging: bool = False) -> Picture:
    """Return a picture of colours (y, x, 4) or, if it is diverging, of entries of the palette."""
    image = Image.fromarray(pixels)
    if diverging:
        colours = matplotlib.colormaps[DIVERGING](np.linspace(0, 1, _COLOURS))[:, :3]
        image.putpalette([0, 0, 0, *np.round(255 * colours).astype(int).ravel().tolist()])
        image.info["transparency"] = _CLEAR
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    source = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    return Picture(source, pixels.shape[1], pixels.shape[0], limit, diverging)
