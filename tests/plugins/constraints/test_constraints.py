import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from plasticity import Data, Experiment, Layer, assemble
from plasticity_plugins.constraints.bounds import Bounds
from plasticity_plugins.constraints.scaling import RowNorm
from plasticity_plugins.optimizers.sgd import SGD
from tests.naive.constraints import naive_row_norm
from tests.support.binding import with_arrays

shapes = array_shapes(min_dims=2, max_dims=2, max_side=5)
values = st.floats(-100, 100, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
matrices = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: arrays(dtype, shapes, elements=values)
)
powers = st.floats(1, 8)
norms = st.floats(0.01, 100)


def constrain(constraint, weights):
    with_arrays(constraint, weights).constrain_weights(weights=weights)
    return weights


def train(constraint):
    """The weights after one epoch of Hebb's rule with large steps."""
    layer = Layer(
        neurons=3,
        rule="hebb",
        activation="linear",
        optimizer=SGD(rate=1.0),
        initializer="normal",
        constraints=[constraint],
    )
    data = Data(np.random.default_rng(0).random((20, 4)))
    simulation = assemble(Experiment(data=data, layers=[layer], batch_size=5))
    simulation.run()
    return simulation.layers[0].arrays["weights"]


@given(matrices, st.floats(-50, 50, width=32), st.floats(0, 50, width=32))
def test_bounds_move_only_weights_beyond_them(weights, low, width):
    high = low + width
    expected = [[float(min(max(w, low), high)) for w in row] for row in weights.tolist()]
    constrained = constrain(Bounds(low=low, high=high), weights)
    assert np.array_equal(constrained, np.array(expected, weights.dtype))


def test_bounds_keep_weights_excitatory_as_they_stand():
    weights = constrain(Bounds(), np.array([[-1.0, 0.5, 1e30]], np.float32))
    assert np.array_equal(weights, np.array([[0, 0.5, 1e30]], np.float32))


@given(matrices, norms, powers, st.booleans())
def test_row_norm_is_its_naive_twin(weights, norm, power, at_most):
    expected = naive_row_norm(weights, norm, power, at_most)
    constrain(RowNorm(norm=norm, power=power, at_most=at_most), weights)
    # The p-th root divides the relative error of the sum by p; what remains is the rounding of
    # powers and of the sum of at most five of them.
    np.testing.assert_allclose(weights, expected, rtol=100 * np.finfo(weights.dtype).eps)


@given(matrices, norms)
def test_the_largest_weight_is_the_norm_of_infinite_power(weights, norm):
    live = weights.any(axis=1)
    constrain(RowNorm(norm=norm, power=math.inf), weights)
    np.testing.assert_allclose(np.abs(weights).max(axis=1)[live], norm, rtol=1e-6)


@given(matrices, norms, powers)
def test_row_norm_keeps_the_direction_of_each_neuron(weights, norm, power):
    before = weights.astype(np.float64)
    constrain(RowNorm(norm=norm, power=power), weights)
    for old, new in zip(before, weights, strict=True):
        if old.any():
            ratio = new[old != 0] / old[old != 0]
            np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
            assert ratio[0] > 0


def test_a_neuron_without_weights_stays_without():
    weights = constrain(RowNorm(), np.array([[0.0, 0.0], [3.0, 4.0]]))
    np.testing.assert_allclose(weights, [[0, 0], [0.6, 0.8]], rtol=1e-15)


def test_at_most_leaves_smaller_norms_as_they_are():
    weights = constrain(RowNorm(at_most=True), np.array([[0.1, 0.2], [3.0, 4.0]]))
    assert np.array_equal(weights[0], [0.1, 0.2])
    np.testing.assert_allclose(weights[1], [0.6, 0.8], rtol=1e-15)


def test_a_high_power_of_large_weights_stays_within_float32():
    weights = np.array([[1e10, -1e10, 1e-10]], np.float32)
    constrain(RowNorm(power=8.0), weights)
    np.testing.assert_allclose(weights, [[2 ** (-1 / 8), -(2 ** (-1 / 8)), 0]], atol=1e-7)


def test_row_norm_does_not_hide_what_is_not_a_number():
    weights = constrain(RowNorm(), np.array([[np.nan, 1.0], [3.0, 4.0]]))
    assert np.isnan(weights[0]).all()
    np.testing.assert_allclose(weights[1], [0.6, 0.8], rtol=1e-15)


def test_a_layer_with_bounds_ends_within_them():
    weights = train(Bounds(low=-0.5, high=0.25))
    assert weights.min() >= -0.5
    assert weights.max() == 0.25


def test_a_layer_with_a_row_norm_ends_at_it():
    weights = train(RowNorm(norm=2.0, power=3.0))
    np.testing.assert_allclose((np.abs(weights) ** 3).sum(axis=1) ** (1 / 3), 2, rtol=1e-6)
