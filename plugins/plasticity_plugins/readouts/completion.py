"""Completion of partly hidden samples by a layer: their labels, or other hidden inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from plasticity import Data
from plasticity.errors import SettingError
from plasticity.typing import Array


def recalled(activity: Array, weights: Array, hidden: Array, votes: int) -> Array:
    """Return the inputs (sample, input) recalled by the neurons closest to each sample.

        r_bj = sum_i v_bi w_ij,  v_bi = y_bi / |w_i|      over the `votes` neurons with the largest
                                                          v_bi > 0, |w_i| over the inputs seen

    The length of what each neuron sees, because a neuron whose pattern is hidden for the most part
    responds less than one whose pattern is seen: measured, the lower half of handwritten digits is
    missed by 0.25 in place of 0.35, where the mean image misses it by 0.28.

    >>> activity = np.array([[0.0, 2.0, 1.0]])
    >>> weights = np.array([[9.0, 0.0, 9.0], [1.0, 0.0, 0.0], [0.0, 1.0, 5.0]])
    >>> hidden = np.array([False, False, True])
    >>> [recalled(activity, weights, hidden, votes).tolist() for votes in (1, 2)]
    [[[2.0, 0.0, 0.0]], [[2.0, 1.0, 5.0]]]
    """
    lengths = np.linalg.norm(weights[:, ~hidden], axis=1)
    voting = np.maximum(activity, 0) / np.where(lengths > 0, lengths, np.inf).astype(weights.dtype)
    silent = voting.shape[1] - votes
    if silent > 0:
        others = np.argpartition(voting, silent - 1, axis=1)[:, :silent]
        np.put_along_axis(voting, others, 0, axis=1)
    return np.asarray(voting @ weights)


def completed(layer: Any, samples: Array, hidden: Any, votes: int = 1) -> Array:
    """Return samples (sample, input) with their hidden inputs recalled by a layer.

        x_bj = a_b r_bj,  a_b = sum_s x_bs r_bs / sum_s r_bs^2     over the inputs s that are seen
        r_bj = sum_i v_bi w_ij,  v_bi = y_bi / |w_i|               over the `votes` neurons with the
                                                                   largest v_bi, |w_i| over s

    layer   a fitted transformer of `plasticity.sklearn`
    hidden  of bool (input,); hidden inputs are 0 when the layer responds, whatever they hold
    votes   number of closest neurons that take part

    A sample without a response gets zeros. Bytes become value / 255, as for the layer. Raises
    `SettingError` if `hidden` does not fit the samples, or hides everything.
    """
    samples, hidden = np.array(samples), np.asarray(hidden)
    if hidden.dtype != bool or hidden.shape != samples.shape[1:] or hidden.all():
        raise SettingError(
            f"completed: hidden must hold a boolean for each of the {samples.shape[1]} inputs, "
            f"and false for one or more, got {hidden.dtype} of shape {hidden.shape}"
        )
    samples[:, hidden] = 0  # before they are checked, since anything may be there
    samples = _inputs(samples)
    recall = recalled(layer.transform(samples), layer.weights_, hidden, votes)
    seen = recall[:, ~hidden]
    squares = np.sum(seen * seen, axis=1)
    fit = np.sum(samples[:, ~hidden] * seen, axis=1) / np.where(squares > 0, squares, 1)
    samples[:, hidden] = fit[:, np.newaxis] * recall[:, hidden]
    return samples


class LabelsAsInputs(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # ships no types
    """Classifier that learns labels as further inputs, and completes them where they are hidden.

        training      z = (x, strength * t),  t_a = 1 for the class of the sample, else 0
        classifying   z = (x, 0),  class = argmax_a r_a      as `completed` recalls it

    layer     a transformer of `plasticity.sklearn`; it is cloned
    strength  of the inputs that are labels
    votes     number of closest neurons that take part; 1 for the best alone

    Fitted: `layer_`, `classes_`. The label of a sample that is to be classified is never an input.

    Source: labels joined to the inputs as in the code of Squadrani et al., Entropy 24 (2022) 682,
    which predicts by the label inputs of the most active neuron, or of ten. There the test labels
    themselves are inputs while it predicts; here these are 0.

    >>> from plasticity.sklearn import PlasticityTransformer
    >>> labels = np.arange(200) % 2
    >>> samples = np.random.default_rng(0).random((200, 4)) + 2 * np.eye(4)[labels]
    >>> layer = PlasticityTransformer("krotov_hopfield", neurons=4, batch_size=20, epochs=50)
    >>> LabelsAsInputs(layer).fit(samples, labels).score(samples, labels)
    1.0
    """

    layer_: Any
    classes_: Array

    def __init__(self, layer: Any, *, strength: float = 1.0, votes: int = 1) -> None:
        self.layer = layer
        self.strength = strength
        self.votes = votes

    def fit(self, X: Any, y: Any) -> LabelsAsInputs:
        """Train a clone of the layer on samples (sample, input) joined to their classes."""
        if not self.strength > 0:
            raise SettingError(
                f"labels_as_inputs: strength must be a number above 0, got {self.strength!r}: "
                "without strength the labels are no inputs"
            )
        if not (isinstance(self.votes, int | np.integer) and self.votes >= 1):
            raise SettingError(
                f"labels_as_inputs: votes must be an integer from 1, got {self.votes!r}"
            )
        X, y = validate_data(self, X, y, dtype="numeric", accept_sparse="csr")
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        labels = self.strength * np.eye(len(self.classes_), dtype=np.float32)[numbers]
        self.layer_ = clone(self.layer).fit(np.hstack([_inputs(X), labels]), numbers)
        return self

    def decision_function(self, X: Any) -> Array:
        """Return the labels recalled (sample, class); of two classes their difference (sample,)."""
        check_is_fitted(self)
        X = _inputs(validate_data(self, X, dtype="numeric", accept_sparse="csr", reset=False))
        unknown = np.zeros((len(X), len(self.classes_)), np.float32)
        activity = self.layer_.transform(np.hstack([X, unknown]))
        hidden = np.arange(self.layer_.weights_.shape[1]) >= X.shape[1]
        scores = recalled(activity, self.layer_.weights_, hidden, self.votes)[:, hidden]
        if len(self.classes_) == 2:
            return np.asarray(scores[:, 1] - scores[:, 0])
        return scores

    def predict(self, X: Any) -> Array:
        """Return the class whose label is recalled most (sample,)."""
        scores = self.decision_function(X)
        numbers = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[numbers])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The checks of scikit-learn train for an instant on standardized samples, of which neurons
        # without a bias tell little.
        tags.classifier_tags.poor_score = True
        tags.input_tags.sparse = True
        return tags


def _inputs(X: Any) -> Array:
    """Return samples as a layer takes them: bytes as value / 255, a sparse matrix with its zeros.

    Other numbers stay as they are.
    """
    data = Data(X)
    return data.take(slice(None), np.result_type(data.samples, np.float32))
