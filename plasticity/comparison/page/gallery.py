"""The weights of a comparison as pictures: at the end, and during the runs."""

from collections.abc import Sequence

import attrs
import numpy as np

from plasticity.analysis.course import along
from plasticity.analysis.dims import ImageShape
from plasticity.comparison.page.format import heading
from plasticity.comparison.page.pictures import MOST, Picture, film, weight_picture
from plasticity.comparison.result import Compared, Contender
from plasticity.comparison.scores import Scores
from plasticity.errors import DataError
from plasticity.plot.fields import limit_of
from plasticity.store.run import Run
from plasticity.typing import Array

_ONE_SCALE = 3.0  # largest ratio of scales that share one
_FILM_SIDE = 5  # neurons per row


@attrs.frozen
class Fields:
    """Weights of a run on the page, and their growth if it was recorded."""

    picture: Picture | None  # if there is none the caption says why
    caption: str
    film: Picture | None = None


def gallery(contenders: Sequence[Contender], image_shape: ImageShape) -> tuple[list[Fields], bool]:
    """Return the fields of the shown run of each experiment, and whether they share one scale.

    They do if their scales lie within a factor of three; smaller weights would be all white.
    """
    weights = [_finite(contender.shown) for contender in contenders]
    limits = sorted(limit_of(array) for array in weights if isinstance(array, np.ndarray))
    one = bool(limits) and limits[-1] <= _ONE_SCALE * limits[0]
    fields = [
        Fields(None, array)
        if isinstance(array, str)
        else _fields(contender.shown, array, image_shape, limits[-1] if one else limit_of(array))
        for contender, array in zip(contenders, weights, strict=True)
    ]
    return fields, one and len(limits) > 1


def _finite(compared: Compared) -> Array | str:
    """Return the weights, or why there is nothing to show."""
    if compared.failure:
        return "The run failed, so there are no weights to show."
    weights = compared.weights
    if weights is None:
        return "This store holds no weights: the run ended before any state was kept."
    if not np.isfinite(weights).all():
        return "The weights are not finite."
    return weights


def _fields(compared: Compared, weights: Array, image_shape: ImageShape, limit: float) -> Fields:
    assert compared.run is not None
    silent, criterion, order = _order(compared.run, compared.scores, len(weights))
    shown = weights[order][:MOST]
    layers = compared.run.layers
    caption = f"{len(shown)} of " if len(shown) < len(weights) else ""
    caption += "1 neuron" if len(weights) == 1 else f"{len(weights)} neurons"
    caption += f" of {layers[0]}, the first layer" if len(layers) > 1 else ""
    caption += f", {criterion}" if criterion else ""
    caption += "" if image_shape else "; a row a neuron, a column an input"
    if silent:
        caption += f". {silent} respond to every sample alike and come last"
    growth = _film(compared.run, order, image_shape, limit)
    return Fields(weight_picture(shown, image_shape, limit), f"{caption}.", growth)


def _order(run: Run, scores: Scores | None, n_neuron: int) -> tuple[int, str, Array]:
    """Return the number of silent neurons, the criterion, and the order of the neurons.

    The first of several layers is not sorted, since scores and measurements are of the last.
    """
    unsorted = 0, "", np.arange(n_neuron)
    if len(run.layers) > 1:
        return unsorted
    if scores is not None and len(scores.selected) == n_neuron:
        order = np.lexsort((scores.selected, scores.silent))
        return int(scores.silent.sum()), "the most selective first", order
    for name, array in run.metrics.data_vars.items():
        if array.dims[1:] == ("neuron",) and np.isfinite(array.values[-1]).all():
            criterion = f"by {heading(str(name))} from low to high"
            return 0, criterion, np.argsort(array.values[-1], kind="stable")
    return unsorted


def _film(run: Run, order: Array, image_shape: ImageShape, limit: float) -> Picture | None:
    """Return the growth of the first neurons in this order, if it was recorded."""
    if image_shape is not None and len(image_shape) == 3 and image_shape[-1] == 3:
        return None
    try:
        recorded = along(run, "weights", 0)
    except DataError:
        return None
    if recorded.dims != ("step", "neuron", "input"):
        return None
    known = recorded["neuron"].values if "neuron" in recorded.coords else np.arange(len(order))
    position = {int(neuron): index for index, neuron in enumerate(known)}
    chosen = [position[int(neuron)] for neuron in order if int(neuron) in position]
    most = _FILM_SIDE**2 if image_shape else MOST
    every = max(1, len(chosen) // most)
    frames = recorded.values[:, chosen[::every][:most]]
    if not np.isfinite(frames).all():
        return None
    columns = max(1, min(_FILM_SIDE, round(frames.shape[1] ** 0.5)))
    return film(frames, recorded["step"].values, image_shape, columns, limit)
