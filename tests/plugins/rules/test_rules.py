"""The bundled rules against their naive twins, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity.errors import SettingError
from plasticity_plugins.rules.bcm import bcm82, ic92, lc94
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield, add_ranked, signed_power
from tests.naive.rules import (
    naive_bcm_parabola,
    naive_intrator_cooper,
    naive_law_cooper,
    naive_ranked,
    naive_signed_power,
)
from tests.naive.thresholds import naive_mean_square

# Activities are up to 3 and thresholds from 0.1, so an error of y - theta is magnified by 30.
TOLERANCE = {"float32": 3e-5, "float64": 1e-12}

dtypes = st.sampled_from(sorted(TOLERANCE))
counts = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def responses(draw):
    """Activity, threshold and slope of a layer; some neurons have a threshold of 0."""
    rng = np.random.default_rng(draw(seeds))
    shape, dtype = (draw(counts), draw(counts)), draw(dtypes)
    threshold = rng.uniform(0.1, 3, shape[0]) * (rng.random(shape[0]) > 0.2)
    return (
        rng.uniform(-3, 3, shape).astype(dtype),
        threshold.astype(dtype),
        rng.uniform(0, 2, shape).astype(dtype),
    )


def assert_close(result, expected):
    np.testing.assert_allclose(result, expected, rtol=0, atol=TOLERANCE[result.dtype.name])


@given(responses())
def test_law_cooper_equals_its_twin(layer):
    activity, threshold, _ = layer
    modulation = np.ones_like(activity)
    lc94.loop()((activity, threshold), (), modulation)
    assert_close(modulation, 1 + naive_law_cooper(activity, threshold))


@given(responses())
def test_intrator_cooper_equals_its_twin(layer):
    activity, threshold, slope = layer
    modulation = np.ones_like(activity)
    ic92.loop()((activity, threshold, slope), (), modulation)
    assert_close(modulation, 1 + naive_intrator_cooper(activity, threshold, slope))


@given(responses())
def test_bcm82_equals_its_twin(layer):
    activity, threshold, _ = layer
    modulation = np.ones_like(activity)
    bcm82.loop()((activity, threshold), (), modulation)
    assert_close(modulation, 1 + naive_bcm_parabola(activity, threshold))


@given(responses())
def test_hebb_adds_the_activity(layer):
    activity, _, _ = layer
    modulation = np.ones_like(activity)
    hebb.loop()((activity,), (), modulation)
    assert_close(modulation, 1 + activity)


@given(responses())
def test_oja_adds_the_activity_and_decays_by_its_mean_square(layer):
    activity, threshold, _ = layer
    modulation, decay = np.ones_like(activity), np.ones_like(threshold)
    oja.loop()((activity,), (), modulation, decay)
    assert_close(modulation, 1 + activity)
    assert_close(decay, 1 + naive_mean_square(activity))


@pytest.mark.parametrize("rule", [lc94, bcm82])
def test_a_neuron_at_its_threshold_does_not_learn(rule):
    modulation = np.zeros((2, 5))
    rule.loop()((np.full((2, 5), 0.7), np.full(2, 0.7)), (), modulation)
    assert np.array_equal(modulation, np.zeros((2, 5)))


def test_law_cooper_leaves_a_neuron_that_was_always_silent_alone():
    modulation = np.zeros((1, 3))
    lc94.loop()((np.zeros((1, 3)), np.zeros(1)), (), modulation)
    assert np.array_equal(modulation, np.zeros((1, 3)))


@st.composite
def contests(draw):
    """Currents with many ties (integers) or with none, a rank and a strength."""
    rng = np.random.default_rng(draw(seeds))
    n_neuron, n_sample = draw(st.integers(2, 30)), draw(counts)
    current = rng.normal(size=(n_neuron, n_sample)) * 2
    if draw(st.booleans()):
        current = np.round(current)
    return current.astype(draw(dtypes)), draw(st.integers(2, n_neuron)), draw(st.floats(0, 2))


@given(contests())
def test_ranking_equals_a_full_sort_with_ties_by_lowest_index(contest):
    current, rank, anti_hebbian = contest
    modulation, decay = np.ones_like(current), np.ones_like(current[:, 0])
    add_ranked(current, rank, decay.dtype.type(anti_hebbian), modulation, decay)
    g, mean = naive_ranked(current, rank, anti_hebbian)
    assert_close(modulation, 1 + g)
    assert_close(decay, 1 + mean)


@pytest.mark.parametrize("dtype", sorted(TOLERANCE))
def test_ranking_is_the_same_with_and_without_the_compiler(dtype):
    current = np.round(np.random.default_rng(3).normal(size=(17, 20)), 1).astype(dtype)
    results = []
    for function in (add_ranked, add_ranked.py_func):
        modulation, decay = np.zeros_like(current), np.zeros_like(current[:, 0])
        function(current, 3, current.dtype.type(0.4), modulation, decay)
        results.append((modulation, decay))
    assert np.array_equal(results[0][0], results[1][0])
    assert_close(results[0][1], results[1][1])


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_current_that_is_no_number_hides_no_other(value):
    current = np.arange(20.0).reshape(20, 1)
    current[14:19] = value
    modulation, decay = np.zeros((20, 1)), np.zeros(20)
    add_ranked(current, 2, 0.5, modulation, decay)
    assert modulation[[19, 13], 0].tolist() == [1, -0.5]
    assert np.count_nonzero(modulation) == 2


def test_of_equal_currents_the_lowest_indices_rank_first():
    modulation, decay = np.zeros((4, 1)), np.zeros(4)
    add_ranked(np.ones((4, 1)), 3, 0.5, modulation, decay)
    assert modulation[:, 0].tolist() == [1, 0, -0.5, 0]
    assert decay.tolist() == [1, 0, -0.5, 0]


@given(counts, counts, seeds, dtypes, st.sampled_from([0.5, 1.0, 1.7, 2.0, 3.0, 7.0]))
def test_signed_power_equals_its_twin(n_neuron, n_input, seed, dtype, exponent):
    weights = np.random.default_rng(seed).uniform(-1, 1, (n_neuron, n_input)).astype(dtype)
    weights[0, 0] = 0
    powered = np.full_like(weights, np.nan)
    signed_power(weights, weights.dtype.type(exponent), powered)
    assert_close(powered, naive_signed_power(weights, exponent))


@pytest.mark.parametrize("exponent", [1.7, 3.0])
def test_signed_power_is_the_same_with_and_without_the_compiler(exponent):
    weights = np.random.default_rng(4).normal(size=(3, 5))
    compiled, plain = np.empty_like(weights), np.empty_like(weights)
    signed_power(weights, exponent, compiled)
    signed_power.py_func(weights, exponent, plain)
    assert_close(compiled, plain)


def test_a_rank_beyond_the_neurons_is_refused():
    with pytest.raises(SettingError) as caught:
        KrotovHopfield(rank=7).init_state(np.zeros((5, 3)))
    assert str(caught.value) == (
        "krotov_hopfield: rank must lie in [2, 5] for a layer of 5 neurons, got 7: no unit has "
        "that rank"
    )


def test_a_layer_of_one_neuron_cannot_compete():
    with pytest.raises(SettingError) as caught:
        KrotovHopfield().init_state(np.zeros((1, 3)))
    assert str(caught.value) == (
        "krotov_hopfield: the layer has 1 neuron, and with rank 2 it needs 2 or more: a single "
        "unit has nobody to compete with"
    )


def test_a_rank_equal_to_the_neurons_is_accepted():
    KrotovHopfield(rank=5).init_state(np.zeros((5, 3)))
