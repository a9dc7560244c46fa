import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from plasticity import Data, Experiment, Layer, assemble
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.transforms.updates import Clip, MaxAbs, WeightDecay
from tests.naive.transforms import naive_max_abs
from tests.support.binding import with_arrays

dtypes = st.sampled_from([np.float32, np.float64])


def updates(limit=1000):
    """Matrices (neuron, input) of either type, without numbers too small to have all digits."""
    shapes = array_shapes(min_dims=2, max_dims=2, max_side=5)
    return dtypes.flatmap(
        lambda dtype: arrays(
            dtype,
            shapes,
            elements=st.floats(-limit, limit, width=32).filter(lambda v: v == 0 or abs(v) > 1e-20),
        )
    )


def train(transforms, samples, steps=1, rate=0.1):
    """Weights before and after some steps of Hebb's rule with plain steps."""
    layer = Layer(
        neurons=3,
        rule="hebb",
        activation="linear",
        optimizer=SGD(rate=rate),
        initializer="normal",
        transforms=transforms,
    )
    experiment = Experiment(
        data=Data(samples), layers=[layer], batch_size=len(samples), epochs=steps, dtype="float64"
    )
    simulation = assemble(experiment)
    before = simulation.layers[0].arrays["weights"].copy()
    simulation.run()
    return before, simulation.layers[0].arrays["weights"]


@given(updates())
def test_max_abs_is_its_naive_twin(update):
    expected = naive_max_abs(update)
    MaxAbs().shape_update(weights=update, update=update)
    np.testing.assert_allclose(update, expected, rtol=2 * np.finfo(update.dtype).eps)


@given(updates().filter(np.any))
def test_max_abs_gives_the_largest_change_exactly_size_one(update):
    MaxAbs().shape_update(weights=update, update=update)
    assert np.abs(update).max() == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_max_abs_leaves_an_update_of_zeros(dtype):
    update = np.zeros((2, 3), dtype)
    MaxAbs().shape_update(weights=update, update=update)
    assert np.array_equal(update, np.zeros((2, 3)))


def test_max_abs_does_not_blow_up_updates_below_its_floor():
    update = np.array([[1e-33, -1e-32]])
    MaxAbs().shape_update(weights=update, update=update)
    np.testing.assert_allclose(update, [[1e-3, -1e-2]], rtol=1e-15)


@pytest.mark.parametrize("place", [(0, 0), (1, 1)])
def test_max_abs_does_not_hide_what_is_not_a_number(place):
    update = np.ones((2, 2))
    update[place] = np.nan
    MaxAbs().shape_update(weights=update, update=update)
    assert np.isnan(update).all()


@given(updates(), st.floats(0, 1), st.integers(0, 100))
def test_weight_decay_takes_its_share_of_the_weights(update, rate, seed):
    weights = np.random.default_rng(seed).normal(size=update.shape).astype(update.dtype)
    before, kept = update.astype(np.float64), weights.copy()
    with_arrays(WeightDecay(rate=rate), weights).shape_update(weights=weights, update=update)
    expected = before - rate * kept.astype(np.float64)
    scale = np.abs(before) + np.abs(kept)
    assert np.all(np.abs(update - expected) <= 4 * np.finfo(update.dtype).eps * scale + 1e-40)
    assert np.array_equal(weights, kept)


def test_weights_that_learn_nothing_fade_by_rate_times_decay_each_step():
    before, after = train([WeightDecay(rate=0.2)], np.zeros((2, 4)), steps=5, rate=0.1)
    np.testing.assert_allclose(after, before * (1 - 0.1 * 0.2) ** 5, rtol=1e-14)


def test_transforms_act_in_the_order_of_the_spec():
    samples = np.random.default_rng(0).random((6, 4))
    before, after = train([MaxAbs(), Clip(limit=0.25)], samples, rate=1.0)
    assert np.abs(after - before).max() == pytest.approx(0.25, rel=1e-12)
    before, after = train([Clip(limit=0.25), MaxAbs()], samples, rate=1.0)
    assert np.abs(after - before).max() == pytest.approx(1, rel=1e-12)


@given(updates(), st.floats(0.001, 100))
def test_clip_limits_the_size_and_leaves_the_rest(update, limit):
    before = update.copy()
    Clip(limit=limit).shape_update(weights=update, update=update)
    limit = update.dtype.type(limit)
    inside = np.abs(before) <= limit
    assert np.array_equal(update[inside], before[inside])
    assert np.array_equal(update[~inside], np.sign(before[~inside]) * limit)
