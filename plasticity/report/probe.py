"""The linear probe: how much of the labels a linear classifier reads off the features."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import attrs
import numpy as np

from plasticity.data import Data
from plasticity.errors import PlasticityError
from plasticity.randomness import stream
from plasticity.threads import one_thread_if_small
from plasticity.typing import Array

HELD_OUT = 0.2
_MOST_SAMPLES = 10_000  # a probe of more takes minutes and tells the same
_MOST_ITERATIONS = 1000

Features = Callable[[Array], Array]


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
        if not _has_classes(test):
            return Held(None, "No probe: the test split has no labels.")
        return Held(test, f"Scored on the test split, {test.n_sample:,} samples that no run saw.")
    data = open_data("train")
    if data is None or not _has_classes(data):
        return Held(None, "No probe: the data have no labels. All samples were trained on.")
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


def linear_probe(train: Data, test: Data, features: Features, seed: int) -> float | None:
    """The share of test samples that a logistic regression on standardized features gets right.

    features  from samples (sample, input) to features (sample, feature)

    Fitted on the training samples, at most 10,000 of them. Logistic regression, because least
    squares on class indicators (ridge) is faster but, on the same features of the digits, 3 points
    worse: it masks classes that lie between others. None where the training labels are all equal
    or the features are not finite.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train, test = _at_most(train, seed), _at_most(test, seed)
    labels = train.labels
    if labels is None or not _has_classes(test) or len(np.unique(labels)) < 2:
        return None
    seen, unseen = (features(data.take(slice(None))) for data in (train, test))
    if not (np.isfinite(seen).all() and np.isfinite(unseen).all()):
        return None
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=_MOST_ITERATIONS))
    with warnings.catch_warnings(), one_thread_if_small(seen.size * len(np.unique(labels))):
        # Stopped early the probe is a little more regular, and its score as honest.
        warnings.simplefilter("ignore", ConvergenceWarning)
        probe.fit(seen, labels)
    return float(probe.score(unseen, test.labels))


def _has_classes(data: Data) -> bool:
    return data.labels is not None and data.labels.dtype.kind in "biuUS"


def _at_most(data: Data, seed: int) -> Data:
    if data.n_sample <= _MOST_SAMPLES:
        return data
    rows = stream(seed, "probe").choice(data.n_sample, _MOST_SAMPLES, replace=False)
    return data.subset(np.sort(rows))
