"""Samples that no run learns from, so that a score on them is free of leaks."""

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
    """Samples that no run trains on, and a sentence on where they come from.

    data   the held-out samples with labels, or None where there is no probe
    rest   the samples to train on where the held-out ones were taken from them, or None
    """

    data: Data | None
    told: str
    rest: Data | None = None


def hold_out(open_data: Callable[[str], Data | None], seed: int) -> Held:
    """Samples for scoring: the source's test split, or a fifth set aside before training.

    The split is drawn from a stream of its own, so the same seed sets the same samples aside.
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
    """Whether the samples have labels that name classes."""
    return data.labels is not None and data.labels.dtype.kind in "biuU"


def _instead(data: Data) -> str:
    """What data without classes have."""
    return "no labels" if data.labels is None else "numbers that are not whole as labels"
