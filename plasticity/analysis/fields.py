"""Receptive fields: weights as images, and their similarity to the classes."""

from typing import Any

import numpy as np
import xarray as xr

from plasticity.analysis.dims import class_labels, values_of, without_constant
from plasticity.components.data import Data
from plasticity.errors import DataError
from plasticity.store.run import Run


def receptive_fields(run: Run) -> xr.DataArray:
    """Return the final weights of the first layer as images (neuron, y, x), maybe with a channel.

    `as_images` does the same with the weights of a recorder. Raises `DataError` if the inputs are
    not images.
    """
    if run.image_shape is None:
        raise DataError(
            "receptive_fields: the inputs of this run were no images; give as_images the weights "
            "and a shape, if they have one"
        )
    return as_images(run.state(0)["weights"], run.image_shape)


def as_images(weights: xr.DataArray, image_shape: tuple[int, ...]) -> xr.DataArray:
    """Return weights as images (..., y, x) or (..., y, x, channel).

    Raises `DataError` if the shape has another number of inputs.

    Parameters
    ----------
    weights : DataArray (..., input)
        The constant input of a run is left out.
    image_shape : tuple of int
        (y, x) or (y, x, channel).

    Examples
    --------
    >>> as_images(xr.DataArray(np.eye(2, 6), dims=("neuron", "input")), (2, 3)).sizes
    Frozen({'neuron': 2, 'y': 2, 'x': 3})
    """
    weights = without_constant(weights, image_shape)
    size = weights.sizes.get("input")
    if size != np.prod(image_shape) or len(image_shape) not in (2, 3):
        raise DataError(
            f"as_images: an image of shape {tuple(image_shape)} has {np.prod(image_shape)} inputs, "
            f"but the weights have {size}"
        )
    last = weights.transpose(..., "input")
    dims = (*last.dims[:-1], *("y", "x", "channel")[: len(image_shape)])
    values = last.values.reshape(*last.shape[:-1], *image_shape)
    coords = {name: coord for name, coord in last.coords.items() if "input" not in coord.dims}
    return xr.DataArray(values, coords, dims, weights.name, weights.attrs)


def similarity_to_classes(
    weights: xr.DataArray, samples: Any, labels: Any = None, *, centred: bool = False
) -> xr.DataArray:
    """Return the similarity (neuron, class) of the weights to the mean sample of each class.

        s_ic = w_i.m_c / (||w_i|| ||m_c||),   m_c = mean of the samples of class c

    It lies in [-1, 1], and is NaN where a vector is 0. A neuron that looks for features rather than
    for whole patterns resembles no class. Raises `DataError` if there are no labels.

    Parameters
    ----------
    weights : DataArray (neuron, input)
        A constant input is left out.
    samples : array_like (sample, input) or Data
        As for `responses_of`.
    labels : array_like (sample,), optional
        Required unless the samples have them.
    centred : bool
        Subtract the means over the inputs first, for Pearson's correlation instead of the cosine.

    Examples
    --------
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
    fields = values_of(without_constant(weights, (n_input,)), "neuron", "input").astype(np.float64)
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
    norms = np.outer(np.linalg.norm(fields, axis=1), np.linalg.norm(means, axis=1))
    blank = np.full(norms.shape, np.nan)
    similarity = np.divide(fields @ means.T, norms, out=blank, where=norms > 0)
    measure = "correlation with" if centred else "cosine with"
    attributes = {"long_name": f"{measure} the mean of a class", "units": "1"}
    dims = ("neuron", "class")
    return xr.DataArray(similarity, {"class": classes}, dims, "similarity", attributes)
