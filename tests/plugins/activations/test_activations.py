import math
from functools import partial
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import float32, njit

from plasticity_plugins.activations.piecewise import Hardtan, Lhtan, Linear, Plse, Stair
from plasticity_plugins.activations.rectifiers import (
    Elu,
    Leaky,
    PowerRelu,
    Ramp,
    Relie,
    Relu,
    Selu,
    Softplus,
    ThresholdLinear,
)
from plasticity_plugins.activations.sigmoids import (
    AsymmetricLogistic,
    Elliot,
    Loggy,
    Logistic,
    Softsign,
    SymmetricElliot,
    Tanh,
)
from tests.naive import activations as naive
from tests.naive.activations import naive_logistic

TWINS = {
    Linear(): lambda u: u,
    Logistic(): naive_logistic,
    Relu(): lambda u: u if u > 0 else 0.0,
    Tanh(): math.tanh,
    Leaky(): naive.naive_leaky,
    Leaky(slope=0.25): partial(naive.naive_leaky, slope=0.25),
    Relie(): partial(naive.naive_leaky, slope=0.01),
    Ramp(): naive.naive_ramp,
    PowerRelu(): naive.naive_power_relu,
    PowerRelu(power=1.0): lambda u: max(u, 0.0),
    ThresholdLinear(firing_threshold=0.7): partial(
        naive.naive_threshold_linear, firing_threshold=0.7
    ),
    Loggy(): naive.naive_loggy,
    AsymmetricLogistic(): naive.naive_asymmetric_logistic,
    AsymmetricLogistic(lowest=-0.3, highest=2.0): partial(
        naive.naive_asymmetric_logistic, lowest=-0.3, highest=2.0
    ),
    Elliot(): naive.naive_elliot,
    Elliot(steepness=2.5): partial(naive.naive_elliot, steepness=2.5),
    SymmetricElliot(): naive.naive_symmetric_elliot,
    SymmetricElliot(steepness=2.5): partial(naive.naive_symmetric_elliot, steepness=2.5),
    Softsign(): naive.naive_softsign,
    Hardtan(): naive.naive_hardtan,
    Lhtan(): naive.naive_lhtan,
    Plse(): naive.naive_plse,
    Stair(): naive.naive_stair,
    Elu(): naive.naive_elu,
    Elu(alpha=0.4): partial(naive.naive_elu, alpha=0.4),
    Selu(): naive.naive_selu,
    Softplus(): naive.naive_softplus,
}
# Where the slope jumps.
CORNERS = {
    **dict.fromkeys((Relu, Leaky, Relie, Ramp, PowerRelu, Elu, Selu), (0.0,)),
    **dict.fromkeys((Elliot, SymmetricElliot, Softsign), (0.0,)),  # there the second one jumps
    ThresholdLinear: (0.7,),
    Hardtan: (-2.5, 2.5),
    Lhtan: (0.0, 1.0),
    Plse: (-4.0, 4.0),
    Stair: range(-25, 26),
}
SATURATE = (Logistic, Tanh, Loggy, AsymmetricLogistic, Elliot, SymmetricElliot, Softsign, Hardtan)


label = attrgetter("label")
every = pytest.mark.parametrize("activation", TWINS, ids=label)
currents = st.lists(st.floats(-700, 700), min_size=1, max_size=6)


def activity_of(activation, current, dtype=np.float64):
    current = np.array([current], dtype)
    return activation.activate(current=current, activity=np.full_like(current, np.nan))


def slope_of(activation, current, dtype=np.float64):
    known = {
        "current": np.array([current], dtype),
        "activity": activity_of(activation, current, dtype),
    }
    differentiate = activation.differentiate
    taken = differentiate.__code__.co_varnames[1 : differentiate.__code__.co_argcount]
    slope = np.full_like(known["current"], np.nan)
    return differentiate(**{name: known[name] for name in taken if name in known}, slope=slope)


@every
@given(currents)
def test_an_activation_is_its_closed_form(activation, current):
    expected = [[TWINS[activation](u) for u in current]]
    # Two implementations of exp may differ in the last bits; where a twin takes a difference, the
    # last bit of what it takes it from.
    np.testing.assert_allclose(activity_of(activation, current), expected, rtol=2e-14, atol=3e-16)


@every
@given(st.floats(-20, 20))
def test_the_slope_is_the_derivative_of_the_activity(activation, u):
    if any(abs(u - corner) < 1e-4 for corner in CORNERS.get(type(activation), ())):
        return
    h = 1e-5
    twin = TWINS[activation]
    difference = (twin(u + h) - twin(u - h)) / (2 * h)
    # The central difference is off by h^2 times the third derivative over 6 (at most 5 for y of
    # the order of 1, and less than a slope for a power), and by the rounding of y over h.
    margin = 1e-9 * (1 + abs(twin(u)))
    np.testing.assert_allclose(slope_of(activation, [u]), [[difference]], rtol=1e-8, atol=margin)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_activation_fills_the_array_it_is_given(activation, dtype):
    current = np.array([[-2.0, 0.5], [0.0, 3.0]], dtype)
    before, activity = current.copy(), np.full_like(current, np.nan)
    assert activation.activate(current=current, activity=activity) is activity
    assert np.array_equal(current, before)
    expected = np.vectorize(TWINS[activation])(before.astype(np.float64))
    np.testing.assert_allclose(activity, expected, rtol=8 * np.finfo(dtype).eps)


@every
def test_the_kernels_are_compiled_to_what_the_hooks_do_and_stay_float32(activation):
    current = np.linspace(-6, 6, 97, dtype=np.float32)
    expected = {
        "activate": activity_of(activation, current, np.float32)[0],
        "differentiate": slope_of(activation, current, np.float32)[0],
    }
    arrays = {"activate": (current,), "differentiate": (current, expected["activate"])}
    assert {kernel.event for kernel in activation.kernels} == set(expected)
    for kernel in activation.kernels:
        numbers = [np.float32(number) for number in kernel.parameters(activation, 1)]
        taken = [float32] * (len(arrays[kernel.event]) + len(numbers))
        compiled = njit(tuple(taken), error_model="numpy")(kernel.function)
        assert compiled.nopython_signatures[0].return_type == float32
        found = [compiled(*values, *numbers) for values in zip(*arrays[kernel.event], strict=True)]
        np.testing.assert_allclose(found, expected[kernel.event], rtol=2e-6, atol=2e-7)


@every
def test_a_current_that_is_not_a_number_stays_visible(activation):
    assert np.isnan(activity_of(activation, [np.nan])).all()


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_current_however_large_makes_an_activation_warn_or_lose_its_value(activation, dtype):
    limit = 1e8 if isinstance(activation, PowerRelu) else 0.1 * np.finfo(dtype).max
    extremes = [-limit, -1000.0, -100.0, 100.0, 1000.0, limit]
    activity, slope = (
        function(activation, extremes, dtype)[0] for function in (activity_of, slope_of)
    )
    assert np.isfinite(activity).all()
    assert np.isfinite(slope).all()
    assert (np.diff(activity) >= 0).all()
    if isinstance(activation, SATURATE):
        np.testing.assert_allclose(slope[[0, -1]], 0, atol=1e-6)


@pytest.mark.parametrize(
    ("activation", "current", "expected"),
    [
        (Relu(), [-1.0, 0.0, 1e-300], [0, 0, 1]),
        (Relie(), [-1.0, 0.0, 1e-300], [0.01, 0.01, 1]),
        (Ramp(), [0.0, 1e-300], [0.1, 1.1]),
        (PowerRelu(power=1.0), [-1.0, 0.0, 1e-300], [0, 0, 1]),
        (ThresholdLinear(firing_threshold=0.5), [0.5, 0.6], [0, 1]),
        (Elu(alpha=0.5), [0.0], [1]),
        (Plse(), [-4.0, 0.0, 4.0], [0.01, 0.125, 0.01]),
        (Hardtan(), [-2.5, 0.0, 2.5], [0, 0.2, 0]),
        (Lhtan(), [0.0, 0.5, 1.0], [0.001, 1, 0.001]),
        (Stair(), [0.0, 0.5, 1.0, 1.5, 2.0], [0, 0, 0, 1, 0]),
    ],
    ids=lambda value: "" if isinstance(value, list) else label(value),
)
def test_the_slope_at_a_corner_is_as_documented(activation, current, expected):
    assert np.array_equal(slope_of(activation, current), [expected])


def test_logistic_does_not_overflow():
    assert np.array_equal(activity_of(Logistic(), [-1000.0, 1000.0]), [[0, 1]])


@pytest.mark.parametrize("activation", [Logistic(), Softplus()], ids=label)
def test_small_activities_are_kept_in_float32(activation):
    activity = activity_of(activation, [-50.0], np.float32)
    np.testing.assert_allclose(activity, [[math.exp(-50)]], rtol=1e-6)


@pytest.mark.parametrize("activation", [Loggy(), Elu(), Stair()], ids=label)
def test_currents_near_zero_lose_no_digits_in_float32(activation):
    expected = {Loggy: -5e-11, Elu: -1e-10, Stair: -1e-10}[type(activation)]
    np.testing.assert_allclose(activity_of(activation, [-1e-10], np.float32), [[expected]], 1e-6)


def test_selu_with_its_own_constants_keeps_mean_zero_and_variance_one():
    # Klambauer et al. choose them so: the fixed point of their equations 4 and 5.
    current, weight = np.polynomial.hermite_e.hermegauss(200)
    activity, weight = activity_of(Selu(), current)[0], weight / weight.sum()
    assert weight @ activity == pytest.approx(0, abs=2e-3)  # the corner makes quadrature coarse
    assert weight @ activity**2 == pytest.approx(1, abs=2e-3)


def test_asymmetric_logistic_has_the_limits_of_the_simulator_of_blais():
    np.testing.assert_allclose(activity_of(AsymmetricLogistic(), [-30.0, 2000.0]), [[-1, 50]])
