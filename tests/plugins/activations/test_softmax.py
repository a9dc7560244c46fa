import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plasticity_plugins.activations.softmax import Softmax
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.rules.bcm import ic92
from plasticity_plugins.thresholds.mean_square import BatchMean
from tests.naive.activations import naive_softmax
from tests.support.fused import assert_as_planned, layer, simulation

currents = arrays(
    np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(-50, 50)
)


def activity_of(current, temperature=1.0):
    return Softmax(temperature=temperature).activate(current, np.full_like(current, np.nan))


@given(currents, st.floats(0.2, 20))
def test_softmax_is_its_closed_form(current, temperature):
    expected = np.transpose([naive_softmax(sample, temperature) for sample in current.T])
    np.testing.assert_allclose(activity_of(current, temperature), expected, rtol=1e-12)


@given(currents)
def test_the_activities_of_a_sample_sum_to_one(current):
    np.testing.assert_allclose(activity_of(current).sum(axis=0), 1, rtol=1e-14)


@given(currents, st.floats(-50, 50))
def test_softmax_does_not_see_what_is_added_to_all_currents(current, shift):
    np.testing.assert_allclose(activity_of(current + shift), activity_of(current), rtol=1e-12)


@given(currents.filter(lambda current: len(current) > 1), st.floats(0.5, 5))
def test_the_slope_is_the_derivative_by_the_own_current(current, temperature):
    softmax, h = Softmax(temperature=temperature), 1e-5
    activity = activity_of(current, temperature)
    slope = softmax.differentiate(current, activity, np.full_like(current, np.nan))
    for i in range(len(current)):
        own = h * (np.arange(len(current)) == i)[:, np.newaxis]
        above, below = (
            activity_of(current + own, temperature),
            activity_of(current - own, temperature),
        )
        # h^2 times the third derivative, at most 1 / T^3, and the rounding of y over h.
        np.testing.assert_allclose(slope[i], (above - below)[i] / (2 * h), rtol=1e-8, atol=1e-9)


def test_two_neurons_share_as_the_logistic_function_of_their_difference():
    activity = activity_of(np.array([[1.5], [0.2]]), temperature=0.5)
    np.testing.assert_allclose(activity[0], 1 / (1 + np.exp(-1.3 / 0.5)), rtol=1e-15)


def test_at_a_low_temperature_the_largest_current_takes_all():
    activity = activity_of(np.array([[1.0], [1.1], [0.9]]), temperature=1e-3)
    assert np.array_equal(activity > 0.999, [[False], [True], [False]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_current_overflows(dtype):
    current = np.array([[1e30, 1e4, -1e30], [-1e30, 0, -1e30]], dtype)
    activity = activity_of(current)
    assert activity.dtype == dtype
    assert np.array_equal(activity, [[1, 1, 0.5], [0, 0, 0.5]])


def test_one_current_that_is_not_a_number_spoils_its_sample_and_no_other():
    activity = activity_of(np.array([[np.nan, 1.0], [0.0, 1.0]]))
    assert np.isnan(activity[:, 0]).all()
    assert np.array_equal(activity[:, 1], [0.5, 0.5])


PARTS = {
    "rule": ic92(),
    "activation": Softmax(temperature=0.3),
    "threshold": BatchMean(),
    "lateral": UniformLateral(strength=-0.1),
}


def test_softmax_is_compiled_for_one_sample_a_step_too():
    # For batches the compositions of test_fuse.py do it.
    made = simulation(layer(**PARTS), batch_size=1)
    assert made.explain_step(made.layers[0]) is None
    assert_as_planned(layer(**PARTS), batch_size=1)
