"""Lateral connections against the solved equation, and their critical strengths."""

import re

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity_plugins.lateral.connected import Spectrum
from plasticity_plugins.lateral.uniform import Unconnected, UniformLateral
from tests.naive.lateral import naive_lateral


def ready(lateral, n_neuron, dtype="float64"):
    """The component with arrays, before the first step of a layer of neurons."""
    weights = np.zeros((n_neuron, 2), dtype)
    lateral.init_state(weights)
    return lateral


# Strengths keep the eigenvalues of 1 - L from 0.05 to 2.3, which magnifies rounding by 46.
TOLERANCE = {"float32": 1e-4, "float64": 1e-12}


@given(
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(TOLERANCE)),
    st.floats(-0.95, 0.95),
)
def test_the_closed_form_equals_the_solved_equation(n_neuron, n_sample, seed, dtype, share):
    strength = share / max(n_neuron - 1, 1) if share > 0 else share * 0.2
    current = np.random.default_rng(seed).uniform(-1, 1, (n_neuron, n_sample)).astype(dtype)
    expected = naive_lateral(current, strength)
    UniformLateral(strength=strength).shape_current(current)
    np.testing.assert_allclose(current, expected, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("strength", [0.25, -1.0, 3.0])
def test_a_single_neuron_is_left_as_it_is(strength):
    current = np.array([[0.5, -2.0]])
    ready(UniformLateral(strength=strength), 1).shape_current(current)
    assert current.tolist() == [[0.5, -2.0]]


def test_unconnected_neurons_keep_their_currents():
    current = np.array([[0.5, -2.0], [1.0, 3.0]])
    Unconnected().shape_current(current)
    assert current.tolist() == [[0.5, -2.0], [1.0, 3.0]]


def test_inhibition_lowers_the_mean_current():
    current = np.ones((4, 1))
    UniformLateral(strength=-0.5).shape_current(current)
    np.testing.assert_allclose(current, np.full((4, 1), 1 / 2.5), rtol=1e-14)


@pytest.mark.parametrize("dtype", sorted(TOLERANCE))
@pytest.mark.parametrize("n_neuron", [2, 3, 50, 100])
@pytest.mark.parametrize("excites", [True, False])
def test_a_critical_strength_is_refused_whatever_its_rounding(excites, n_neuron, dtype):
    strength = 1 / (n_neuron - 1) if excites else -1.0
    with pytest.raises(SettingError, match="1 - L is singular at strength"):
        ready(UniformLateral(strength=strength), n_neuron, dtype)


@pytest.mark.parametrize(
    ("strength", "critical", "radius"), [(0.02, "0.010101", "1.98"), (-1.5, "-1", "148.5")]
)
def test_a_strength_beyond_a_critical_one_gets_a_warning(strength, critical, radius):
    message = (
        f"uniform_lateral: strength = {strength} is beyond the critical {critical} for a layer of "
        f"100 neurons, and the spectral radius of L is {radius}: a network of these connections "
        "does not settle, so the currents are those of none"
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$"):
        ready(UniformLateral(strength=strength), 100)


def test_strengths_just_within_the_critical_ones_are_accepted():
    for strength in (0.0101, -0.99):
        ready(UniformLateral(strength=strength), 100, "float32")


def test_the_spectrum_that_is_known_is_that_of_the_matrix():
    known = UniformLateral(strength=-0.3).spectrum(5, "float64")
    computed = Spectrum.of(-0.3 * (1 - np.eye(5)), "float64")
    assert attrs.astuple(known) == pytest.approx(attrs.astuple(computed))


def test_a_critical_strength_is_refused_before_the_first_step():
    layer = Layer(
        neurons=3,
        rule="hebb",
        activation="relu",
        optimizer="sgd",
        initializer="normal",
        lateral={"name": "uniform", "strength": 0.5},
    )
    experiment = Experiment(data=Data(np.ones((3, 2))), layers=[layer], batch_size=3)
    with pytest.raises(SettingError) as caught:
        assemble(experiment)
    assert str(caught.value) == (
        "layers[0].lateral 'uniform_lateral': 1 - L is singular at strength = 0.5 for a layer of 3 "
        "neurons, and the spectral radius of L is 1: take a strength nearer to 0 than the critical "
        "0.5"
    )
