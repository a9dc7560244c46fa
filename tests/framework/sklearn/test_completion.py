"""Labels as inputs and hidden inputs: what is recalled, and that nothing hidden is seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from plasticity.errors import SettingError
from plasticity.sklearn import KrotovHopfield, LabelsAsInputs, completed
from tests.naive.readouts import naive_completion

LAYER = KrotovHopfield(neurons=4, epochs=3, metrics=[], fuse="never", dtype="float64")


@pytest.mark.usefixtures("all_checks")
@parametrize_with_checks([LabelsAsInputs(LAYER)])
def test_it_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


class Given:
    """A layer of given weights whose activity is their current, rectified."""

    def __init__(self, weights):
        self.weights_ = weights

    def transform(self, samples):
        return np.maximum(samples @ self.weights_.T, 0)


@given(seed=st.integers(0, 10_000), votes=st.integers(1, 5))
def test_hidden_inputs_are_those_of_the_plain_formula(seed, votes):
    rng = np.random.default_rng(seed)
    weights, samples = rng.standard_normal((4, 6)), rng.random((3, 6))
    weights[0, :3] = 0  # a neuron that sees nothing
    hidden = np.array([False] * 3 + [True] * 3)
    activity = Given(weights).transform(np.where(hidden, 0, samples))
    found = completed(Given(weights), samples, hidden, votes)
    for sample, y, row in zip(samples, activity, found, strict=True):
        np.testing.assert_allclose(row, naive_completion(y, weights, sample, hidden, votes))


def test_what_is_hidden_has_no_say():
    rng = np.random.default_rng(0)
    layer = Given(rng.standard_normal((4, 6)))
    samples, hidden = rng.random((3, 6)), np.arange(6) >= 3
    other = np.where(hidden, rng.random((3, 6)), samples)
    assert np.array_equal(completed(layer, samples, hidden), completed(layer, other, hidden))


def test_a_pattern_that_was_learnt_is_completed():
    weights = np.array([[1.0, 1.0, 0.0, 2.0], [0.0, 1.0, 1.0, 5.0]])
    hidden = np.array([False, False, False, True])
    found = completed(Given(weights), 3 * weights, hidden)
    np.testing.assert_allclose(found, 3 * weights, rtol=1e-12)


def test_the_samples_given_stay_as_they_are():
    samples = np.ones((2, 3))
    completed(Given(np.ones((2, 3))), samples, np.array([True, False, False]))
    assert np.array_equal(samples, np.ones((2, 3)))


@pytest.mark.parametrize(
    ("hidden", "given"),
    [
        ([1, 0, 0], "int64 of shape (3,)"),
        ([True, False], "bool of shape (2,)"),
        ([True, True, True], "bool of shape (3,)"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(hidden, given):
    with pytest.raises(SettingError) as caught:
        completed(Given(np.ones((2, 3))), np.ones((2, 3)), hidden)
    assert str(caught.value) == (
        "completed: hidden must hold a boolean for each of the 3 inputs, and false for one or "
        f"more, got {given}"
    )


def labelled(count=150):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, count)
    return rng.random((count, 5)) + 2 * np.eye(5)[labels], labels


def test_a_class_is_recalled_from_inputs_alone():
    x, labels = labelled()
    names = np.array(["ant", "bee", "cat"])[labels]
    layer = clone(LAYER).set_params(neurons=12, epochs=100, batch_size=10)
    made = LabelsAsInputs(layer).fit(x[:100], names[:100])
    assert made.layer_.weights_.shape == (12, 8)
    assert made.score(x[100:], names[100:]) > 0.9


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        (
            {"strength": 0},
            "strength must be a number above 0, got 0: without strength the labels are no inputs",
        ),
        ({"votes": 1.5}, "votes must be an integer from 1, got 1.5"),
    ],
)
def test_a_setting_out_of_its_range_is_named(settings_, message):
    with pytest.raises(SettingError) as caught:
        LabelsAsInputs(LAYER, **settings_).fit(*labelled())
    assert str(caught.value) == f"labels_as_inputs: {message}"
