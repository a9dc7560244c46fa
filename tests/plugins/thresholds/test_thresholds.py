"""The threshold estimators against their naive twins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock
from plasticity_plugins.thresholds.mean_square import BatchMean, MovingAverage
from plasticity_plugins.thresholds.moments import PowerOfMean
from tests.naive.thresholds import naive_fading_mean, naive_mean_square

# Sums of up to 42 numbers of size 1 in the arithmetic of the layer.
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}


@st.composite
def batches(draw):
    """The activities of a few steps of a layer; the last batch is smaller."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_neuron, n_sample, n_step = (draw(st.integers(1, 6)) for _ in range(3))
    dtype = draw(st.sampled_from(sorted(TOLERANCE)))
    sizes = [n_sample] * n_step + [1]
    return [rng.uniform(-1, 2, (n_neuron, size)).astype(dtype) for size in sizes]


def thresholds(estimator, activities):
    """What the estimator answers to these activities, step by step."""
    threshold = np.zeros_like(activities[0][:, 0])
    clock = Clock(len(activities), 1)
    if hasattr(type(estimator), "mean"):
        type(estimator).mean.bind(estimator, np.zeros_like(threshold))
    answers = []
    for clock.step, activity in enumerate(activities):
        estimator.estimate_threshold(activity, threshold, clock)
        answers.append(threshold.copy())
    return answers


def assert_close(answers, expected):
    for answer, twin in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, twin, rtol=0, atol=TOLERANCE[answer.dtype.name])


@given(batches())
def test_batch_is_the_mean_square_of_each_batch(activities):
    assert_close(thresholds(BatchMean(), activities), map(naive_mean_square, activities))


@given(batches(), st.floats(0, 0.99), st.none() | st.floats(0.1, 2))
def test_the_moving_average_equals_its_twin(activities, memory, initial):
    means = [naive_mean_square(activity) for activity in activities]
    assert_close(
        thresholds(MovingAverage(memory=memory, initial=initial), activities),
        naive_fading_mean(means, memory, initial),
    )


@given(batches())
def test_without_memory_the_moving_average_is_the_batch_mean(activities):
    assert_close(
        thresholds(MovingAverage(memory=0), activities), thresholds(BatchMean(), activities)
    )


@given(batches(), st.floats(0, 0.99), st.floats(1.1, 3), st.floats(0.5, 2))
def test_the_power_of_the_mean_equals_its_twin(activities, memory, power, reference):
    means = naive_fading_mean(
        [activity.mean(axis=1, dtype=float) for activity in activities], memory
    )
    expected = [(np.maximum(mean, 0) / reference) ** power for mean in means]
    answers = thresholds(PowerOfMean(memory=memory, power=power, reference=reference), activities)
    for answer, twin in zip(answers, expected, strict=True):
        # (2 / 0.5)^3 magnifies the error of a mean by up to 100.
        tolerance = 100 * TOLERANCE[answer.dtype.name]
        np.testing.assert_allclose(answer, twin, rtol=0, atol=tolerance)


def test_a_time_constant_forgets_alike_whatever_the_batch():
    silent = [np.zeros((1, 5))] * 4
    estimator = MovingAverage(time_constant=30, initial=1)
    in_batches = thresholds(estimator, silent)[-1]
    at_once = thresholds(estimator, [np.zeros((1, 20))])[-1]
    np.testing.assert_allclose([in_batches, at_once], np.exp(-20 / 30), rtol=1e-14)


def test_a_neuron_with_the_reference_activity_has_threshold_1():
    answers = thresholds(PowerOfMean(reference=0.3, power=2.5), [np.full((1, 4), 0.3)])
    np.testing.assert_allclose(answers[0], [1], rtol=1e-14)


def test_a_negative_mean_counts_as_0():
    assert thresholds(PowerOfMean(power=2.5), [np.full((1, 4), -0.3)])[0].tolist() == [0]
