"""Classifiers that read labels off the activities of a layer, and what they get right.

Beside the linear probe stand those that installed packages register: a name in the group
`plasticity.readouts`, whose object makes a scikit-learn classifier when it is called.
"""

import warnings
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from plasticity.analysis.material import has_classes, the_data
from plasticity.analysis.responses import rebuilt
from plasticity.components.data import Data
from plasticity.errors import DataError
from plasticity.experiment import registry
from plasticity.machine.threads import one_thread_if_small
from plasticity.network.randomness import stream
from plasticity.store.run import Run
from plasticity.typing import Array

LINEAR_PROBE = "linear_probe"
_MOST_SAMPLES = 10_000  # a probe of more takes minutes and tells the same
_MOST_ITERATIONS = 1000
_HINT = "the package that registers it tells more"


@attrs.frozen(eq=False)
class Reading:
    """The labels that readouts gave the held-out samples."""

    predicted: dict[str, Array]  # (sample,) by the name of the readout
    labels: Array  # the right ones (sample,)
    trained_on: int  # number of samples
    features: Array  # of the held-out samples (sample, feature)

    def accuracy(self, name: str) -> float:
        """Return the share of labels that a readout got right."""
        return float(np.mean(self.predicted[name] == self.labels))


def read_off(
    train: Data,
    test: Data,
    features: Callable[[Array], Array],
    seed: int,
    *,
    only_linear: bool = False,
) -> Reading | None:
    """Fit every readout to the training samples and let it label the test samples.

    features   from samples (sample, input) to features (sample, feature)

    At most 10,000 samples of either, drawn with the seed. None where the training labels are all
    equal, or the features are not finite.
    """
    train, test = _at_most(train, seed), _at_most(test, seed)
    labels = train.labels
    if labels is None or test.labels is None or not has_classes(test):
        return None
    if len(np.unique(labels)) < 2:
        return None
    seen, unseen = (features(data.take(slice(None))) for data in (train, test))
    if not (np.isfinite(seen).all() and np.isfinite(unseen).all()):
        return None
    from sklearn.exceptions import ConvergenceWarning

    makers: dict[str, Callable[[], Any]] = {LINEAR_PROBE: _linear_probe}
    if not only_linear:
        for name in registry.entries(registry.READOUTS):
            makers[name] = registry.entry_of(name, registry.READOUTS, "readout", _HINT).load()
    predicted = {}
    with one_thread_if_small(seen.size * len(np.unique(labels))), warnings.catch_warnings():
        # Stopped early a readout is a little more regular, and its score as honest.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name, make in makers.items():
            predicted[name] = make().fit(seen, labels).predict(unseen)
    return Reading(predicted, test.labels, train.n_sample, unseen)


def read_off_store(run: Run, data: Any = None, labels: Any = None) -> Reading:
    """Return what readouts make of the last layer of a run on its data, or on others if given."""
    where = run.store.target or "the run"
    material = the_data({}, {"run": run}, data=data, labels=labels)
    if material.train is None or material.held.data is None:
        raise DataError(f"{where}: nothing to score on. {material.held.told}")
    simulation = rebuilt(run, material.train)
    reading = read_off(
        material.train,
        material.held.data,
        lambda samples: simulation.respond(samples).T,
        run.experiment.seed,
        only_linear=True,
    )
    if reading is None:
        raise DataError(
            f"{where}: nothing can be read off: one class, or weights that are not finite"
        )
    return reading


def _linear_probe() -> Any:
    """Return a logistic regression on standardized features.

    Not least squares on class indicators (ridge), which is faster but, on the same features of
    handwritten digits, 3 points worse: it masks classes that lie between others.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=_MOST_ITERATIONS))


def _at_most(data: Data, seed: int) -> Data:
    if data.n_sample <= _MOST_SAMPLES:
        return data
    rows = stream(seed, "probe").choice(data.n_sample, _MOST_SAMPLES, replace=False)
    return data.subset(np.sort(rows))
