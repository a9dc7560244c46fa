"""Weights and samples as PNG pictures that a page carries within itself."""

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
_CELL = 96  # pixels that the longer side of a small image is enlarged to
_LARGEST_CELL = 128
_GAP = 8
_MOST_COLUMNS = 10
_MAP_WIDTH = 720


@attrs.frozen
class Picture:
    """A picture as a `data:` address.

    source     the address
    width      in pixels
    height     in pixels
    limit      the weight at which the colours end, on both sides of zero; NaN where none is shown
    diverging  whether the colours go from blue through white to red
    """

    source: str
    width: int
    height: int
    limit: float = float("nan")
    diverging: bool = False


def weight_picture(
    weights: Array, image_shape: tuple[int, ...] | None, limit: float | None = None
) -> Picture:
    """The weights (neuron, input) as a grid of images, or as a matrix where inputs are no images.

    One scale of colours for all, blue below zero and red above, white at zero; in images with
    three channels grey is zero. The scale ends at `limit`, or at the 99.9th percentile of the
    sizes, lest a single large weight make all others pale.
    """
    limit = limit_of(weights) if limit is None else limit
    scaled = np.clip(weights / limit, -1, 1) / 2 + 0.5
    images = _as_images(scaled, image_shape)
    if images is None:
        return _encoded(_enlarged_map(_bytes(_diverging(scaled))), limit, diverging=True)
    diverging = images.shape[-1] != 3
    if diverging:
        images = _diverging(images.mean(axis=-1))
    return _encoded(_grid(_bytes(images)), limit, diverging)


def sample_picture(samples: Array, image_shape: tuple[int, ...] | None) -> Picture | None:
    """Samples (sample, input) in [0, 1] as a row of images, dark on light; None if no images."""
    low, high = float(samples.min()), float(samples.max())
    images = _as_images((samples - low) / ((high - low) or 1.0), image_shape)
    if images is None:
        return None
    if images.shape[-1] != 3:
        images = np.repeat(1 - images.mean(axis=-1, keepdims=True), 3, axis=-1)
    return _encoded(_grid(_bytes(images)))


def _as_images(values: Array, image_shape: tuple[int, ...] | None) -> Array | None:
    """(image, y, x, channel), or None where there is no such shape."""
    if image_shape is None:
        return None
    shape = image_shape if len(image_shape) == 3 else (*image_shape, 1)
    return values.reshape(len(values), *shape)


def _diverging(values: Array) -> Array:
    """Values in [0, 1] as red, green and blue in [0, 1]."""
    import matplotlib

    colours: Array = matplotlib.colormaps["RdBu_r"](values)[..., :3]
    return colours


def _bytes(colours: Array) -> Array:
    """Numbers in [0, 1] as bytes."""
    return np.round(colours * 255).astype(np.uint8)


def _grid(images: Array) -> Array:
    """Images (image, y, x, 3) side by side, ten a row, with transparent gaps: (y, x, 4)."""
    shrink = -(-max(images.shape[1:3]) // _LARGEST_CELL)
    images = images[:, ::shrink, ::shrink]
    enlarge = max(1, _CELL // max(images.shape[1:3]))
    images = images.repeat(enlarge, axis=1).repeat(enlarge, axis=2)
    opaque = np.pad(images, ((0, 0), (0, 0), (0, 0), (0, 1)), constant_values=255)
    return side_by_side(opaque, min(len(images), _MOST_COLUMNS), _GAP, 0)


def _enlarged_map(colours: Array) -> Array:
    """A matrix of colours (neuron, input, 3), enlarged to the width of a page."""
    height, width, _ = colours.shape
    colours = colours[:, :: -(-width // _MAP_WIDTH)]
    across = max(1, _MAP_WIDTH // colours.shape[1])
    down = max(1, min(across, _MAP_WIDTH // height, 24))
    return colours.repeat(down, axis=0).repeat(across, axis=1)


def _encoded(colours: Array, limit: float = float("nan"), diverging: bool = False) -> Picture:
    from PIL import Image

    address = png_address(Image.fromarray(colours))
    return Picture(address, colours.shape[1], colours.shape[0], limit, diverging)


def png_address(image: Any) -> str:
    """The `data:` address of a picture of Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
