"""The weights of a comparison as pictures: at the end, and as they grew."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import attrs
import numpy as np

from plasticity.comparison.page.film import Film, film
from plasticity.comparison.page.format import heading
from plasticity.comparison.page.pictures import MOST, Picture, weight_picture
from plasticity.comparison.result import Compared, Contender
from plasticity.errors import DataError
from plasticity.plot.fields import limit_of
from plasticity.plot.recorded import along
from plasticity.typing import Array

_ONE_SCALE = 3.0  # how far scales may lie apart for one to serve all
_FILM_SIDE = 5  # neurons a row


@attrs.frozen
class Fields:
    """The weights of a run as the page shows them.

    picture  None where they cannot be shown; `told` says why
    told     what is shown, in what order
    film     how they grew; None where that was not recorded
    """

    picture: Picture | None
    told: str
    film: Film | None = None


@attrs.frozen
class Gallery:
    """The fields of all experiments, and whether one scale of colours serves all."""

    fields: tuple[Fields, ...]
    one_scale: bool

    @property
    def frames(self) -> int:
        """How many frames the longest film has."""
        return max((len(f.film.steps) for f in self.fields if f.film is not None), default=0)


def gallery(contenders: Sequence[Contender], image_shape: tuple[int, ...] | None) -> Gallery:
    """The fields of each experiment, of the run that pictures show.

    One scale where the scales of the experiments lie within a factor of three; where not, one for
    each, lest the smaller weights be all white.
    """
    weights = [_finite(contender.shown) for contender in contenders]
    limits = sorted(limit_of(found) for found in weights if isinstance(found, np.ndarray))
    one = bool(limits) and all(high <= _ONE_SCALE * low for low, high in pairwise(limits))
    one = one and limits[-1] <= _ONE_SCALE * limits[0]
    found = tuple(
        Fields(None, array)
        if isinstance(array, str)
        else _fields(contender.shown, array, image_shape, limits[-1] if one else limit_of(array))
        for contender, array in zip(contenders, weights, strict=True)
    )
    return Gallery(found, one and len(limits) > 1)


def _finite(compared: Compared) -> Array | str:
    """The weights, or why there is nothing to show."""
    if compared.failure:
        return "The run failed, so there are no weights to show."
    weights = compared.weights
    if weights is None:
        return "This store holds no weights: the run ended before any state was kept."
    if not np.isfinite(weights).all():
        return "The weights are not finite."
    return weights


def _fields(
    compared: Compared, weights: Array, image_shape: tuple[int, ...] | None, limit: float
) -> Fields:
    assert compared.run is not None
    silent, told_order, order = _order(compared, len(weights))
    shown = weights[order][:MOST]
    layers = compared.run.layers
    told = "1 neuron" if len(weights) == 1 else f"{len(weights)} neurons"
    told = f"{len(shown)} of {told}" if len(shown) < len(weights) else told
    if len(layers) > 1:
        told += f" of {layers[0]}, the first layer"
    told += f", {told_order}" if told_order else ""
    told += "" if image_shape else "; a row a neuron, a column an input"
    if silent:
        told += f". {silent} respond to every sample alike and come last"
    picture = weight_picture(shown, image_shape, limit)
    return Fields(picture, f"{told}.", _film(compared, order, image_shape, limit))


def _order(compared: Compared, n_neuron: int) -> tuple[int, str, Array]:
    """How many are silent, what the order is called, and the neurons from the most selective.

    By the number of samples that a neuron selects; of several layers that is known of the last, so
    the first is shown as it is. Without scores, by the first measurement of each neuron.
    """
    scores, run = compared.scores, compared.run
    assert run is not None
    as_they_are = 0, "", np.arange(n_neuron)
    if len(run.layers) > 1:
        return as_they_are
    if scores is not None and len(scores.selected) == n_neuron:
        order = np.lexsort((scores.selected, scores.silent))
        return int(scores.silent.sum()), "the most selective first", order
    for name, array in run.metrics.data_vars.items():
        if array.dims[1:] == ("neuron",) and np.isfinite(array.values[-1]).all():
            told = f"by {heading(str(name))} from low to high"
            return 0, told, np.argsort(array.values[-1], kind="stable")
    return as_they_are


def _film(
    compared: Compared, order: Array, image_shape: tuple[int, ...] | None, limit: float
) -> Film | None:
    """How the first neurons of the order grew."""
    assert compared.run is not None
    if image_shape is not None and len(image_shape) == 3 and image_shape[-1] == 3:
        return None
    try:
        recorded = along(compared.run, "weights", 0)
    except DataError:
        return None
    if recorded.dims != ("step", "neuron", "input"):
        return None
    known = recorded["neuron"].values if "neuron" in recorded.coords else np.arange(len(order))
    places = {int(neuron): place for place, neuron in enumerate(known)}
    chosen = [places[int(neuron)] for neuron in order if int(neuron) in places]
    most = _FILM_SIDE**2 if image_shape else MOST
    every = max(1, len(chosen) // most)
    frames = recorded.values[:, chosen[::every][:most]]
    if not np.isfinite(frames).all():
        return None
    columns = max(1, min(_FILM_SIDE, round(frames.shape[1] ** 0.5)))
    return film(frames, recorded["step"].values, image_shape, columns, limit)
