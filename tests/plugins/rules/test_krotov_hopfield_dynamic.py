"""The integrated inhibition of Krotov and Hopfield, against its equations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer
from plasticity.errors import SettingError
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfieldDynamic, add_settled, settle
from tests.naive.rules import naive_krotov_hopfield_dynamic
from tests.support.following import follow
from tests.support.rule_updates import update_of


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from([2.0, 2.5, 3.0]),
    st.sampled_from([0.0, 0.5, 1.3]),
)
def test_the_rule_equals_its_twin(seed, n_neuron, n_sample, power, inhibition):
    rng = np.random.default_rng(seed)
    weights, x = rng.normal(size=(n_neuron, 4)), rng.random((n_sample, 4))
    rule = KrotovHopfieldDynamic(
        power=power, inhibition=inhibition, level=0.3, anti_hebbian=0.2, radius=1.5, duration=4
    )
    powered = np.sign(weights) * np.abs(weights) ** (power - 1)
    update = update_of(rule, weights=weights, x=x, current=powered @ x.T)
    step = 1 / (1 + inhibition * (n_neuron - 1))
    n_step = int(np.ceil(4 / step))
    expected = naive_krotov_hopfield_dynamic(
        weights, x, power, inhibition, 0.3, 0.2, 1.5, step, n_step
    )
    np.testing.assert_allclose(update, expected, rtol=0, atol=1e-11)


def test_the_dynamics_are_the_same_with_and_without_the_compiler():
    current = np.random.default_rng(3).normal(size=(5, 8))
    results = []
    for function in (add_settled, add_settled.py_func):
        modulation, decay = np.zeros_like(current), np.zeros_like(current[:, 0])
        function(current, 0.8, 0.5, 0.4, 1.0, 0.2, 30, modulation, decay)
        results.append((modulation, decay))
    assert np.array_equal(results[0][0], results[1][0])
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-13)


def test_currents_settle_where_the_equation_of_the_inhibition_stands_still():
    current = np.array([1.0, 0.9, 0.8, 0.3, -0.5])
    h = np.full(5, np.nan)
    settle(current, 0.8, 0.2, 2000, h)
    rate = np.maximum(h, 0)
    np.testing.assert_allclose(current - 0.8 * (rate.sum() - rate), h, rtol=0, atol=1e-12)
    # Two stay active; for them h = (I - w S) / (1 - w), S = sum I / (1 + w).
    total = 1.9 / 1.8
    np.testing.assert_allclose(h[:2], (current[:2] - 0.8 * total) / 0.2, rtol=1e-10)
    assert (h[2:] < 0).all()


def test_under_strong_inhibition_the_unit_with_the_largest_current_stays_alone():
    h = np.empty(4)
    settle(np.array([0.7, 0.5, 0.75, 0.6]), 2.0, 0.1, 500, h)
    assert np.flatnonzero(h > 0).tolist() == [2]
    np.testing.assert_allclose(h[2], 0.75, rtol=1e-10)


@pytest.mark.parametrize(("power", "radius"), [(2, 1.0), (3, 1.5)])
def test_the_weights_of_a_unit_that_learns_converge_to_the_radius(power, radius):
    """d |w|_p^p / dt = p g I (R^p - |w|_p^p), whatever the inputs."""
    rng = np.random.default_rng(31)
    centres = np.abs(rng.normal(size=(3, 8)))
    samples = centres[rng.integers(3, size=200)] + 0.05 * rng.normal(size=(200, 8))
    layer = Layer(
        neurons=4,
        rule=KrotovHopfieldDynamic(power=power, radius=radius, anti_hebbian=0.1),
        activation=Linear(),
        # Positive, as the samples are: a unit whose current is below 0 never learns.
        initializer=Normal(mean=0.5, std=0.2),
        optimizer=SGD(rate=0.02),
    )
    experiment = Experiment(
        data=Data(samples), layers=(layer,), epochs=100, batch_size=20, dtype="float64"
    )
    weights = follow(experiment).weights[-1]
    powered = np.sign(weights) * np.abs(weights) ** (power - 1)
    winners = np.unique(np.argmax(powered @ samples.T, axis=0))
    norms = np.linalg.norm(weights[winners], ord=power, axis=1)
    # Each step moves across the sphere by the rate, and off it by its square.
    np.testing.assert_allclose(norms, radius, rtol=0.01)


def test_a_time_step_that_would_swing_is_refused():
    with pytest.raises(SettingError) as caught:
        KrotovHopfieldDynamic(time_step=0.1, inhibition=0.5).init_state(np.zeros((41, 2)))
    assert str(caught.value) == (
        "krotov_hopfield_dynamic: time_step must lie in (0, 0.0952) for a layer of 41 neurons with "
        "inhibition 0.5, got 0.1: the integration would swing to infinity"
    )
