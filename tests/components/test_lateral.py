"""Lateral connections against the solved equation, and their critical strengths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive_lateral

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity_plugins.lateral.uniform import UniformLateral

# Strengths keep the eigenvalues of 1 - L from 0.05 to 2.3, which magnifies rounding by 46.
TOLERANCE = {"float32": 1e-4, "float64": 1e-12}


@settings(deadline=None, max_examples=80)
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


def test_a_single_neuron_is_left_as_it_is():
    current = np.array([[0.5, -2.0]])
    UniformLateral(strength=0.25).shape_current(current)
    np.testing.assert_allclose(current, [[0.5, -2.0]], rtol=1e-15)


def test_inhibition_lowers_the_mean_current():
    current = np.ones((4, 1))
    UniformLateral(strength=-0.5).shape_current(current)
    np.testing.assert_allclose(current, np.full((4, 1), 1 / 2.5), rtol=1e-14)


@pytest.mark.parametrize("dtype", sorted(TOLERANCE))
@pytest.mark.parametrize("n_neuron", [2, 3, 50, 100])
def test_the_critical_strength_is_refused_whatever_its_rounding(n_neuron, dtype):
    with pytest.raises(SettingError, match="1 - L is singular"):
        UniformLateral(strength=1 / (n_neuron - 1)).init_state(np.zeros((n_neuron, 2), dtype))


def test_a_strength_beyond_the_critical_one_is_refused_with_its_value():
    with pytest.raises(SettingError) as caught:
        UniformLateral(strength=0.02).init_state(np.zeros((100, 3)))
    assert str(caught.value) == (
        "uniform_lateral: strength must lie in (-1, 0.010101) for a layer of 100 neurons, got "
        "0.02: 1 - L is singular at the critical value 1 / (100 - 1), and its inverse changes sign "
        "beyond"
    )


@pytest.mark.parametrize("strength", [-1.0, -1.5])
def test_a_strength_at_or_below_minus_1_is_refused(strength):
    with pytest.raises(SettingError) as caught:
        UniformLateral(strength=strength)
    assert str(caught.value) == (
        f"uniform_lateral: strength must lie in (-1, inf), got {strength}: 1 - L is singular at "
        "the critical value -1, and its inverse changes sign beyond"
    )


def test_a_strength_just_below_the_critical_one_is_accepted():
    UniformLateral(strength=0.0101).init_state(np.zeros((100, 3), np.float32))


def test_a_strength_beyond_the_critical_one_is_refused_before_the_first_step():
    layer = Layer(
        neurons=4,
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
        "layers[0].lateral 'uniform_lateral': strength must lie in (-1, 0.333333) for a layer of 4 "
        "neurons, got 0.5: 1 - L is singular at the critical value 1 / (4 - 1), and its inverse "
        "changes sign beyond"
    )
