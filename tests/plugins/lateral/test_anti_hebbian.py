"""Plastic lateral connections: what they learn, and when they can no longer be solved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock, Data, Experiment, Layer, Phase, assemble, hookimpl
from plasticity.errors import DivergenceError
from plasticity_plugins.lateral.anti_hebbian import AntiHebbian
from plasticity_plugins.rules.correlation import hebb
from tests.naive.lateral import naive_anti_hebbian, naive_solved
from tests.support.binding import with_arrays

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
CLOCK = Clock(10, 1, step=3)


def ready(lateral, n_neuron, dtype="float64"):
    with_arrays(lateral, np.zeros((n_neuron, 2), dtype))
    lateral.init_state()
    return lateral


@given(
    st.integers(0, 2**32 - 1), st.sampled_from(sorted(TOLERANCE)), st.floats(0, 1), st.booleans()
)
def test_connections_learn_against_what_neurons_do_together(seed, dtype, target, inhibitory):
    lateral = ready(AntiHebbian(rate=0.02, target=target, inhibitory=inhibitory), 4, dtype)
    expected = np.zeros((4, 4))
    generator = np.random.default_rng(seed)
    for _ in range(3):
        activity = generator.uniform(-1, 1, (4, 5)).astype(dtype)
        lateral.constrain_weights(activity, CLOCK)
        expected = naive_anti_hebbian(expected, activity, 0.02, target, inhibitory)
    np.testing.assert_allclose(lateral.coupling, expected, rtol=0, atol=TOLERANCE[dtype])
    radius = np.abs(np.linalg.eigvals(expected)).max()
    assert lateral.measure(activity)["lateral_radius"] == pytest.approx(radius, rel=1e-4, abs=1e-7)
    current = generator.uniform(-1, 1, (4, 3)).astype(dtype)
    found = current.copy()
    lateral.shape_current(found)
    np.testing.assert_allclose(
        found, naive_solved(current, expected), rtol=0, atol=TOLERANCE[dtype]
    )


def test_currents_pass_unchanged_before_the_connections_have_learned():
    current = np.random.default_rng(1).uniform(-1, 1, (3, 2))
    found = current.copy()
    ready(AntiHebbian(), 3).shape_current(found)
    assert np.array_equal(found, current)


def correlated(n_sample=2000):
    """Currents of 3 neurons, each pair correlated by 0.5 to 0.7."""
    mixing = np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.5, 0.5, 0.7]])
    return mixing @ np.random.default_rng(2).standard_normal((3, n_sample))


def together(activity):
    """< y_i y_j >."""
    return activity @ activity.T / activity.shape[1]


def test_linear_neurons_end_uncorrelated():
    # Foldiak 1989: two-way connections settle where < y_i y_j > = 0.
    lateral, drive = ready(AntiHebbian(rate=0.05, inhibitory=False), 3), correlated()
    for _ in range(400):
        activity = drive.copy()
        lateral.shape_current(activity)
        lateral.constrain_weights(activity, CLOCK)
    np.testing.assert_array_less(0.4, together(drive)[~np.eye(3, dtype=bool)])
    together_at_last = together(activity)[~np.eye(3, dtype=bool)]
    np.testing.assert_allclose(together_at_last, 0, rtol=0, atol=1e-6)


def test_two_neurons_end_with_the_connection_that_decorrelates_them():
    # < y_1 y_2 > = 0 is c (1 + l^2) + 2 l = 0 for currents of variance 1 and correlation c.
    c = 0.6
    drive = np.array([[1.0, 0.0], [c, 0.8]]) * np.sqrt(2)
    lateral = ready(AntiHebbian(rate=0.1), 2)
    for _ in range(400):
        activity = drive.copy()
        lateral.shape_current(activity)
        lateral.constrain_weights(activity, CLOCK)
    assert lateral.coupling[0, 1] == pytest.approx((np.sqrt(1 - c**2) - 1) / c, rel=1e-9)


def test_independent_neurons_of_the_target_activity_learn_nothing():
    # Two binary neurons that are on in half of the samples each, and together in a quarter.
    activity = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    lateral = ready(AntiHebbian(rate=0.1, target=0.5, inhibitory=False), 2)
    lateral.constrain_weights(activity, CLOCK)
    assert lateral.coupling.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_connections_that_no_network_settles_with_end_the_run():
    lateral = ready(AntiHebbian(rate=1.0), 2)
    with pytest.raises(DivergenceError) as caught:
        lateral.constrain_weights(np.full((2, 1), 1.0), CLOCK)
    assert str(caught.value) == (
        "anti_hebbian: at step 3 (epoch 0) the largest eigenvalue of L reached 1, where 1 - L is "
        "singular; take a smaller rate"
    )


def test_connections_rest_in_a_phase_that_learns_nothing():
    layer = Layer(
        neurons=3,
        rule=hebb().during("light"),
        activation="linear",
        optimizer={"name": "sgd", "rate": 0.001},
        initializer={"name": "normal", "mean": 0.5, "std": 0.01},
        lateral="anti_hebbian",
    )
    data = Data(np.random.default_rng(3).random((6, 4)))
    phases = [Phase("dark", 2), Phase("light", 2)]
    simulation = assemble(Experiment(data=data, layers=[layer], batch_size=3, phases=phases))
    coupling, seen = simulation.layers[0].arrays["layers[0].lateral.coupling"], {}

    class Watcher:
        @hookimpl
        def epoch_finished(self, clock):
            seen[clock.phase] = coupling.copy()

    simulation.register(Watcher())
    simulation.run()
    assert not seen["dark"].any()
    assert np.all(seen["light"][~np.eye(3, dtype=bool)] < 0)
