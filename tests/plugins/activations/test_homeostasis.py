"""Intrinsic plasticity, synaptic scaling and the stabilizers of the classic simulator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity_plugins.activations.intrinsic_plasticity import IntrinsicPlasticity
from plasticity_plugins.constraints.bounds import KeepSign
from plasticity_plugins.constraints.scaling import ChannelNorm, SynapticScaling
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.correlation import hebb
from plasticity_plugins.transforms.updates import OjaStabilizer
from tests.naive.rules import naive_intrinsic_plasticity, naive_scaling
from tests.support.binding import with_arrays

# Sums of a few numbers of size 10 in the arithmetic of the layer.
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
seeds = st.integers(0, 2**32 - 1)
dtypes = st.sampled_from(sorted(TOLERANCE))


def adapting(current, **given):
    """An activation with its arrays for this current, and the activity that it answers."""
    activation = IntrinsicPlasticity(**given)
    for name in ("gain", "bias"):
        getattr(IntrinsicPlasticity, name).bind(activation, np.zeros_like(current[:, 0]))
    IntrinsicPlasticity.current.bind(activation, current)
    activation.init_state()
    return activation


@given(seeds, dtypes, st.floats(0.05, 0.9), st.floats(1e-3, 0.1))
def test_intrinsic_plasticity_equals_its_twin(seed, dtype, mean, rate):
    rng = np.random.default_rng(seed)
    current = rng.normal(size=(3, 5)).astype(dtype)
    activation = adapting(current, mean=mean, rate=rate)
    gain, bias = np.ones(3), np.zeros(3)
    for _ in range(2):
        activity = activation.activate(current, np.full_like(current, np.nan))
        activation.constrain_weights(activity)
        gain, bias = naive_intrinsic_plasticity(gain, bias, current, mean, rate)
        for found, expected in ((activation.gain, gain), (activation.bias, bias)):
            tolerance = 5 * TOLERANCE[dtype]
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def divergence(gain, bias, current, mean):
    """Of the density of y from the exponential one, but for the entropy of u and a constant.

    The density of y is that of u over dy/du, so its entropy is that of u plus E[log dy/du].
    """
    y = 1 / (1 + np.exp(-(gain * current + bias)))
    return -np.log(gain * y * (1 - y)).mean() + y.mean() / mean


def test_intrinsic_plasticity_descends_the_divergence_from_an_exponential():
    current = np.random.default_rng(4).normal(size=(1, 30))
    activation = adapting(current, rate=1.0, mean=0.2)
    activation.gain[...], activation.bias[...] = 1.3, -0.4
    activation.constrain_weights(activation.activate(current, np.empty_like(current)))
    step, slopes = 1e-6, []
    for moved in ((step, 0), (0, step)):
        ends = [
            divergence(1.3 + sign * moved[0], -0.4 + sign * moved[1], current, 0.2)
            for sign in (1, -1)
        ]
        slopes.append((ends[0] - ends[1]) / (2 * step))
    change = [float(activation.gain[0] - 1.3), float(activation.bias[0] + 0.4)]
    np.testing.assert_allclose(change, np.negative(slopes), rtol=1e-7)


def test_the_slope_of_the_activation_is_its_derivative():
    current = np.linspace(-3, 3, 7)[np.newaxis]
    activation = adapting(current)
    activation.gain[...], activation.bias[...] = 1.7, 0.3

    def activity(u):
        return activation.activate(u, np.empty_like(u))

    difference = (activity(current + 1e-6) - activity(current - 1e-6)) / 2e-6
    slope = activation.differentiate(activity(current), np.empty_like(current))
    np.testing.assert_allclose(slope, difference, rtol=0, atol=1e-9)


def test_a_neuron_comes_to_the_mean_activity_that_is_aimed_at():
    """Triesch (2007): at the fixed point of b the two first moments are those of the law aimed at.

    1 = (2 + 1 / mu) E[y] - E[y^2] / mu; for an exponential law E[y] = mu and E[y^2] = 2 mu^2.
    """
    samples = np.random.default_rng(5).normal(size=(500, 4))
    layer = Layer(
        neurons=3,
        rule=hebb(),
        activation=IntrinsicPlasticity(rate=0.05, mean=0.1),
        initializer=Normal(),
        optimizer=SGD(rate=1e-9),
    )
    simulation = assemble(
        Experiment(data=Data(samples), layers=(layer,), epochs=400, batch_size=500, dtype="float64")
    )
    simulation.run()
    arrays = simulation.layers[0].batch_arrays(500)
    y = arrays["activity"]
    balance = (2 + 1 / 0.1) * y.mean(axis=1) - (y * y).mean(axis=1) / 0.1
    np.testing.assert_allclose(balance, 1, rtol=1e-3)
    np.testing.assert_allclose(y.mean(axis=1), 0.1, rtol=0.1)


@given(seeds, dtypes, st.floats(0, 0.9), st.floats(0, 0.2), st.floats(0, 0.1))
def test_scaling_equals_its_twin(seed, dtype, memory, rate, integral_rate):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(3, 4)).astype(dtype)
    activities = [rng.uniform(0, 4, (3, 5)).astype(dtype) for _ in range(4)]
    scaling = with_arrays(
        SynapticScaling(goal=0.5, rate=rate, integral_rate=integral_rate, memory=memory), weights
    )
    expected = naive_scaling(weights, activities, 0.5, rate, integral_rate, memory)
    for activity, twin in zip(activities, expected, strict=True):
        scaling.constrain_weights(weights, activity)
        tolerance = 5 * TOLERANCE[dtype]
        np.testing.assert_allclose(weights, twin, rtol=tolerance, atol=tolerance)


@given(seeds, dtypes)
def test_weights_that_cross_zero_stay_and_all_others_move(seed, dtype):
    rng = np.random.default_rng(seed)
    before, after = (np.round(rng.normal(size=(4, 5)), 1).astype(dtype) for _ in range(2))
    constraint = with_arrays(KeepSign(), before)
    constraint.init_state(before)
    weights = after.copy()
    constraint.constrain_weights(weights)
    expected = [
        [old if old * new < 0 else new for old, new in zip(*rows, strict=True)]
        for rows in zip(before, after, strict=True)
    ]
    assert np.array_equal(weights, expected)
    # What the constraint left is what the next step is compared with.
    again = -weights
    constraint.constrain_weights(again)
    assert np.array_equal(again, weights)


@given(seeds, dtypes, st.integers(1, 4))
def test_channels_share_the_norm_of_a_neuron_alike(seed, dtype, channels):
    before = np.random.default_rng(seed).normal(size=(3, 3 * channels)).astype(dtype)
    weights = before.copy()
    ChannelNorm(channels=channels).constrain_weights(weights)
    for old, new in zip(before.astype(float), weights.astype(float), strict=True):
        share = np.linalg.norm(old) / np.sqrt(channels)
        for was, now in zip(np.split(old, channels), np.split(new, channels), strict=True):
            expected = was * share / np.linalg.norm(was)
            np.testing.assert_allclose(now, expected, rtol=0, atol=10 * TOLERANCE[dtype])


def test_a_channel_without_weights_stays_without():
    weights = np.array([[3.0, 4.0, 0.0, 0.0]])
    ChannelNorm().constrain_weights(weights)
    np.testing.assert_allclose(weights, [[3 / np.sqrt(2), 4 / np.sqrt(2), 0, 0]], rtol=1e-14)


def test_inputs_that_are_no_whole_channels_are_refused():
    with pytest.raises(SettingError) as caught:
        ChannelNorm(channels=2).init_state(np.zeros((3, 5)))
    assert str(caught.value) == (
        "channel_norm: channels must divide the number of inputs, got 2 channels for 5 inputs"
    )


def test_hebbs_rule_with_the_stabilizer_of_oja_is_ojas_rule():
    """Hand-made: dw = < y x > - < y^2 > w for a linear neuron, also with a coefficient."""
    samples = np.random.default_rng(6).normal(size=(12, 4))
    layer = Layer(
        neurons=3,
        rule=2 * hebb(),
        activation="linear",
        initializer=Normal(std=0.3),
        optimizer=SGD(rate=0.05),
        transforms=(OjaStabilizer(),),
    )
    simulation = assemble(
        Experiment(data=Data(samples), layers=(layer,), epochs=3, batch_size=12, dtype="float64")
    )
    w = simulation.layers[0].arrays["weights"].copy()
    simulation.run()
    for _ in range(3):
        y = w @ samples.T
        w = w + 0.05 * 2 * (y @ samples / 12 - (y * y).mean(axis=1)[:, np.newaxis] * w)
    np.testing.assert_allclose(simulation.layers[0].arrays["weights"], w, rtol=0, atol=1e-13)
