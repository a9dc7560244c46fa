"""Threshold estimators that are powers, windows, moments or Blais's, against their equations."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock
from plasticity.components.interface import interface_of
from plasticity_plugins.thresholds.mean_square import BlaisTau, MovingAverage, SlidingWindow
from plasticity_plugins.thresholds.moments import Fixed, MeanOfPower, Moments, PowerOfMoment
from tests.naive.thresholds import naive_fading_mean

# Means of powers up to 2^4 in the arithmetic of the layer.
TOLERANCE = {"float32": 2e-4, "float64": 1e-11}


@st.composite
def batches(draw):
    """The activities of a few steps of a layer; the last batch is smaller."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_neuron, n_sample, n_step = (draw(st.integers(1, 5)) for _ in range(3))
    dtype = draw(st.sampled_from(sorted(TOLERANCE)))
    sizes = [n_sample] * n_step + [1]
    return [rng.uniform(-1, 2, (n_neuron, size)).astype(dtype) for size in sizes]


def followed(estimator, activities, *others):
    """The threshold after each step, and what the estimator's Variables of these names are then."""
    threshold = np.zeros_like(activities[0][:, 0])
    for declared in interface_of(estimator).variables:
        sizes = {"neuron": len(threshold), "window": getattr(estimator, "window", 0)}
        shape = [sizes[dim] for dim in declared.dims]
        declared.bind(estimator, np.zeros(shape, declared.dtype or threshold.dtype))
    clock, answer = Clock(len(activities), 1), estimator.estimate_threshold
    taken = interface_of(estimator).events["estimate_threshold"]
    path = []
    for clock.step, activity in enumerate(activities):
        given = {"activity": activity, "threshold": threshold, "clock": clock}
        assert answer(*(given[name] for name in taken)) is threshold
        path.append([threshold.copy(), *(getattr(estimator, name).copy() for name in others)])
    return list(zip(*path, strict=True))


def assert_close(answers, expected):
    for answer, twin in zip(answers, expected, strict=True):
        tolerance = TOLERANCE[answer.dtype.name]
        np.testing.assert_allclose(answer, twin, rtol=tolerance, atol=tolerance)


def means(activities, function):
    return [function(activity.astype(float)).mean(axis=1) for activity in activities]


@given(batches(), st.floats(0, 0.99), st.sampled_from([1.0, 1.7, 2.0, 3.0]))
def test_the_mean_of_a_power_equals_its_equation(activities, memory, power):
    (answers,) = followed(MeanOfPower(memory=memory, power=power), activities)
    powers = means(activities, lambda y: np.abs(y) ** power)
    assert_close(answers, naive_fading_mean(powers, memory))


def test_the_mean_of_the_second_power_is_the_moving_average():
    activities = list(np.random.default_rng(3).normal(size=(6, 4, 5)))
    (one,) = followed(MeanOfPower(time_constant=20), activities)
    (other,) = followed(MovingAverage(time_constant=20), activities)
    np.testing.assert_allclose(one, other, rtol=1e-13)


@given(batches(), st.floats(0, 0.99), st.sampled_from([0.0, 0.3, 1.0]))
def test_the_power_of_a_moment_equals_its_equation(activities, memory, alpha):
    (answers,) = followed(PowerOfMoment(memory=memory, alpha=alpha), activities)
    moments = naive_fading_mean(means(activities, lambda y: np.abs(y) ** (1 + alpha)), memory)
    assert_close(answers, [moment ** (2 - alpha) for moment in moments])


@given(batches(), st.floats(0, 0.99))
def test_the_moments_are_three_fading_means(activities, memory):
    estimator = Moments(memory=memory)
    found = followed(estimator, activities, "third_moment", "fourth_moment")
    for power, answers in zip((2, 3, 4), found, strict=True):
        expected = naive_fading_mean(means(activities, lambda y, p=power: y**p), memory)
        assert_close(answers, expected)


@given(batches(), st.integers(1, 12))
def test_the_window_holds_the_last_samples_however_the_batches_fall(activities, window):
    (answers,) = followed(SlidingWindow(window=window), activities)
    seen, expected = np.zeros((len(activities[0]), 0)), []
    for activity in activities:
        seen = np.hstack([seen, activity])
        expected.append((seen[:, -window:] ** 2).mean(axis=1))
    assert_close(answers, expected)


@given(batches(), st.floats(1.5, 100), st.floats(0.5, 2), st.none() | st.floats(0.1, 2))
def test_the_threshold_of_blais_moves_after_the_rule_has_seen_it(
    activities, tau, reference, initial
):
    (answers,) = followed(BlaisTau(tau=tau, reference=reference, initial=initial), activities)
    squares = [square / reference for square in means(activities, np.square)]
    theta = squares[0] if initial is None else np.full(squares[0].shape, initial)
    expected = []
    for activity, square in zip(activities, squares, strict=True):
        expected.append(theta)
        for _ in range(activity.shape[1]):
            theta = theta + (square - theta) / tau
    assert_close(answers, expected)


def test_sample_by_sample_the_threshold_of_blais_is_the_published_one():
    activities = list(np.random.default_rng(4).normal(size=(20, 3, 1)))
    (answers,) = followed(BlaisTau(tau=7, reference=0.8, initial=0.02), activities)
    theta = np.full(3, 0.02)
    for activity, answer in zip(activities, answers, strict=True):
        np.testing.assert_allclose(answer, theta, rtol=1e-13)
        theta += (activity[:, 0] * activity[:, 0] / 0.8 - theta) / 7


def test_a_fixed_threshold_is_its_value_for_every_neuron():
    (answers,) = followed(Fixed(value=0.25), [np.ones((3, 2), np.float32)] * 2)
    assert np.array_equal(answers, np.full((2, 3), 0.25, np.float32))
