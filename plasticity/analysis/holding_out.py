"""Samples held out from training, for scores without leaks."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from plasticity.components.data import Data
from plasticity.errors import PlasticityError
from plasticity.network.randomness import stream

HELD_OUT = 0.2


@attrs.frozen(eq=False)
class Held:
    """Held-out samples.

    data   with labels; None if there is no probe
    told   sentence that says where they come from, or why there are none
    rest   training samples, if the held-out ones were taken from them
    """

    data: Data | None
    told: str
    rest: Data | None = None


def hold_out(open_data: Callable[[str], Data | None], seed: int) -> Held:
    """Return the test split of a source, or a fifth of the samples set aside before training.

    The same seed sets the same samples aside, drawn from a stream of their own.
    """
    try:
        test = open_data("test")
    except PlasticityError as error:
        return Held(None, f"No probe: the test split cannot be opened: {error}.")
    if test is not None:
        if not has_classes(test):
            return Held(None, f"No probe: the test split has {_instead(test)}.")
        if _one_class(test):
            return Held(None, "No probe: all labels of the test split are the same.")
        return Held(test, f"Scored on the test split, {test.n_sample:,} samples that no run saw.")
    data = open_data("train")
    if data is None or not has_classes(data):
        what = "no labels" if data is None else _instead(data)
        return Held(None, f"No probe: the data have {what}. All samples were trained on.")
    if _one_class(data):
        return Held(None, "No probe: all labels are the same. All samples were trained on.")
    count = round(HELD_OUT * data.n_sample)
    if count == 0:
        return Held(None, f"No probe: {data.n_sample} samples are too few to set any aside.")
    order = stream(seed, "held out").permutation(data.n_sample)
    test, rest = (data.subset(np.sort(rows)) for rows in (order[:count], order[count:]))
    return Held(
        test,
        f"Scored on {count:,} samples, drawn with seed {seed} and set aside before training; "
        "no run saw them.",
        rest,
    )


def _one_class(data: Data) -> bool:
    return len(np.unique(np.asarray(data.labels))) < 2


def has_classes(data: Data) -> bool:
    """Return whether the samples have labels that name classes."""
    return data.labels is not None and data.labels.dtype.kind in "biuU"


def _instead(data: Data) -> str:
    return "no labels" if data.labels is None else "labels that are not integers"
