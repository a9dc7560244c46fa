import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import naive_logistic

from plasticity_plugins.activations.linear import Linear
from plasticity_plugins.activations.logistic import Logistic
from plasticity_plugins.activations.relu import Relu
from plasticity_plugins.activations.tanh import Tanh

TWINS = {
    Linear: lambda u: u,
    Logistic: naive_logistic,
    Relu: lambda u: u if u > 0 else 0.0,
    Tanh: math.tanh,
}
every = pytest.mark.parametrize("cls", TWINS)
currents = st.lists(st.floats(-700, 700), min_size=1, max_size=6)


def activity_of(cls, current):
    current = np.array([current], np.float64)
    return cls().activate(current=current, activity=np.full_like(current, np.nan))


def slope_of(cls, current):
    current = np.array([current], np.float64)
    known = {"current": current, "activity": activity_of(cls, current[0])}
    differentiate = cls().differentiate
    taken = differentiate.__code__.co_varnames[1 : differentiate.__code__.co_argcount]
    slope = np.full_like(current, np.nan)
    return differentiate(**{name: known[name] for name in taken if name in known}, slope=slope)


@every
@given(currents)
def test_an_activation_is_its_closed_form(cls, current):
    expected = [[TWINS[cls](u) for u in current]]
    # Two implementations of exp may differ in the last bits.
    np.testing.assert_allclose(activity_of(cls, current), expected, rtol=1e-14, atol=1e-300)


@every
@given(st.floats(-20, 20).filter(lambda u: abs(u) > 1e-4))
def test_the_slope_is_the_derivative_of_the_activity(cls, u):
    h = 1e-5
    twin = TWINS[cls]
    difference = (twin(u + h) - twin(u - h)) / (2 * h)
    # The central difference is off by h^2 times the third derivative (at most 2) over 6, and by
    # the rounding of the activity over h.
    np.testing.assert_allclose(slope_of(cls, [u]), [[difference]], atol=2e-9)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_activation_fills_the_array_it_is_given(cls, dtype):
    current = np.array([[-2.0, 0.5], [0.0, 3.0]], dtype)
    before, activity = current.copy(), np.full_like(current, np.nan)
    assert cls().activate(current=current, activity=activity) is activity
    assert np.array_equal(current, before)
    expected = np.vectorize(TWINS[cls])(before.astype(np.float64))
    np.testing.assert_allclose(activity, expected, rtol=8 * np.finfo(dtype).eps)


@every
def test_a_current_that_is_not_a_number_stays_visible(cls):
    assert np.isnan(activity_of(cls, [np.nan])).all()


def test_the_slope_of_relu_is_zero_where_the_current_is_zero():
    assert np.array_equal(slope_of(Relu, [-1.0, 0.0, 1e-300]), [[0, 0, 1]])


def test_logistic_does_not_overflow():
    assert np.array_equal(activity_of(Logistic, [-1000.0, 1000.0]), [[0, 1]])


def test_logistic_keeps_small_activities_in_float32():
    current = np.array([[-50.0]], np.float32)
    activity = Logistic().activate(current=current, activity=np.empty_like(current))
    np.testing.assert_allclose(activity, [[math.exp(-50)]], rtol=1e-6)
