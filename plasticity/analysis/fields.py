"""What neurons look for: their weights as images, and how like the classes these are."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from plasticity.analysis.dims import class_labels, of_images, values_of
from plasticity.components.data import Data
from plasticity.errors import DataError
from plasticity.store.run import Run


def receptive_fields(run: Run) -> xr.DataArray:
    """The weights of the first layer at the end of a run as images.

    Of dimensions (neuron, y, x) or (neuron, y, x, channel). For weights along the run, give
    `as_images` the array of a recorder.

    Raises `DataError` where the inputs are no images.
    """
    if run.image_shape is None:
        raise DataError(
            "receptive_fields: the inputs of this run were no images; give as_images the weights "
            "and a shape, if they have one"
        )
    return as_images(run.state(0)["weights"], run.image_shape)


def as_images(weights: xr.DataArray, image_shape: tuple[int, ...]) -> xr.DataArray:
    """The dimension "input" of weights as dimensions y and x, and channel where there is one.

    weights      any dimensions, one of them "input"; that of a constant input of a run is left out
    image_shape  (y, x) or (y, x, channel)

    Raises `DataError` where the shape holds another number of inputs.

    >>> as_images(xr.DataArray(np.eye(2, 6), dims=("neuron", "input")), (2, 3)).sizes
    Frozen({'neuron': 2, 'y': 2, 'x': 3})
    """
    weights = of_images(weights, image_shape)
    size = weights.sizes.get("input")
    if size != np.prod(image_shape) or len(image_shape) not in (2, 3):
        raise DataError(
            f"as_images: an image of shape {tuple(image_shape)} has {np.prod(image_shape)} inputs, "
            f"but the weights have {size}"
        )
    last = weights.transpose(..., "input")
    dims = (*last.dims[:-1], *("y", "x", "channel")[: len(image_shape)])
    values = last.values.reshape(*last.shape[:-1], *image_shape)
    coords = {
        name: coordinate
        for name, coordinate in last.coords.items()
        if "input" not in coordinate.dims
    }
    return xr.DataArray(values, coords, dims, weights.name, weights.attrs)


def similarity_to_classes(
    weights: xr.DataArray, samples: Any, labels: Any = None, *, centred: bool = False
) -> xr.DataArray:
    """How like the weights of each neuron are to the mean sample of each class.

        s_ic = w_i.m_c / (||w_i|| ||m_c||),   m_c = mean of the samples of class c

    The cosine, in [-1, 1]; with `centred` their means over the inputs are taken off before, which
    makes it Pearson's correlation. NaN where a vector is 0. A neuron that looks for features rather
    than for whole patterns is like no class. A constant input is left out.

    weights  (neuron, input)
    samples  as of `responses_of`, with labels
    returns  (neuron, class)

    Raises `DataError` where there are no labels.

    >>> weights = xr.DataArray([[1.0, 0.0], [1.0, 1.0]], dims=("neuron", "input"))
    >>> like = similarity_to_classes(weights, np.eye(2), [7, 3])
    >>> like.sel({"class": 7}).round(2).values.tolist()
    [1.0, 0.71]
    """
    data = samples if isinstance(samples, Data) else Data(samples)
    labels = data.labels if labels is None else labels
    if labels is None:
        raise DataError("similarity_to_classes: the samples have no labels; give labels=...")
    labels = class_labels(labels, data.n_sample)
    n_input = data.samples.shape[1]
    fields = values_of(of_images(weights, (n_input,)), "neuron", "input").astype(np.float64)
    if n_input != fields.shape[1]:
        raise DataError(
            f"similarity_to_classes: a sample has {n_input} inputs, but the weights have "
            f"{fields.shape[1]}"
        )
    classes = np.unique(labels)
    means = np.stack(
        [data.take(np.flatnonzero(labels == name), np.float64).mean(axis=0) for name in classes]
    )[:, :n_input]
    if centred:
        fields = fields - fields.mean(axis=1, keepdims=True)
        means = means - means.mean(axis=1, keepdims=True)
    sizes = np.outer(np.linalg.norm(fields, axis=1), np.linalg.norm(means, axis=1))
    blank = np.full(sizes.shape, np.nan)
    return xr.DataArray(
        np.divide(fields @ means.T, sizes, out=blank, where=sizes > 0),
        {"class": classes},
        ("neuron", "class"),
        "similarity",
        {
            "long_name": "correlation with the mean of a class"
            if centred
            else "cosine with the mean of a class",
            "units": "1",
        },
    )
