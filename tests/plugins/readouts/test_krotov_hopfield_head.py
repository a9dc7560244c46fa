"""The head of Krotov and Hopfield: its loss, its training, its way through interruptions."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from plasticity.errors import DivergenceError, SettingError
from plasticity_plugins.readouts.krotov_hopfield_head import KrotovHopfieldHead, loss_and_slope
from tests.naive.readouts import naive_head, naive_loss, naive_slope

LEARNT = ("coef_", "moments_", "n_epoch_", "n_step_", "loss_curve_", "beta_", "scale_")


@pytest.mark.usefixtures("all_checks")
@parametrize_with_checks([KrotovHopfieldHead(epochs=3)])
def test_the_head_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def currents(n_sample=60, n_neuron=7, n_class=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_class, n_sample)
    u = rng.standard_normal((n_sample, n_neuron)) + 2 * np.eye(n_neuron)[labels]
    return u.astype(np.float32), labels


def assert_learnt_the_same(one, other):
    for name in LEARNT:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


# -- one step ----------------------------------------------------------------------------------


@given(seed=st.integers(0, 1000), n_class=st.integers(1, 4), exponent=st.floats(1.5, 8))
def test_loss_and_slope_are_those_of_the_formula(seed, n_class, exponent):
    rng = np.random.default_rng(seed)
    argument, targets = rng.normal(0, 1, (5, n_class)), rng.integers(0, n_class, 5)
    loss, slope = loss_and_slope(argument.copy(), targets, exponent)
    # The exponent is a 32-bit number, and differences are good to 1e-9 of the loss.
    assert loss == pytest.approx(naive_loss(argument, targets, exponent), rel=1e-6)
    expected = naive_slope(argument, targets, exponent)
    np.testing.assert_allclose(slope, expected, rtol=1e-5, atol=1e-8 * loss)


# -- a training --------------------------------------------------------------------------------


def test_a_fit_equals_the_published_formulas_in_plain_loops():
    u, labels = currents(n_sample=25)
    head = KrotovHopfieldHead(
        power=4.5, loss_power=6, epochs=5, constant_epochs=2, halving_epochs=2, rate=0.01,
        batch_size=10, random_state=3,
    ).fit(u, labels)  # fmt: skip
    orders = [np.random.default_rng([3, epoch]).permutation(25) for epoch in range(5)]
    rates = [0.01, 0.01, 0.005, 0.005, 0.0025]
    expected = naive_head(
        u.astype(float) / head.scale_, labels, 3, orders, rates, 10,
        power=4.5, exponent=6, beta=head.beta_,
    )  # fmt: skip
    # In 32 bits, where Adam divides by the size of slopes that have nearly gone.
    np.testing.assert_allclose(head.coef_, expected, rtol=1e-3, atol=1e-5)


def test_all_that_is_learnt_is_of_32_bits():
    head = KrotovHopfieldHead(epochs=1).fit(*currents())
    kinds = {array.dtype for array in (head.coef_, head.moments_)}
    assert kinds == {np.dtype(np.float32)}
    assert head.decision_function(currents()[0]).dtype == np.float32


@pytest.mark.parametrize("power", [1, 1.5, 2, 4.5, 0.7])
def test_a_power_by_products_and_roots_is_the_power(power):
    u, labels = currents()
    head = KrotovHopfieldHead(power=power, beta=1.0, epochs=1).fit(u, labels)
    expected = np.maximum(u.astype(float), 0) ** power @ head.coef_.T
    np.testing.assert_allclose(head.decision_function(u), np.tanh(expected), rtol=1e-5, atol=1e-6)


def test_beta_unless_set_gives_the_hidden_units_a_mean_square_length_of_1():
    u, labels = currents()
    head = KrotovHopfieldHead(power=2, epochs=1).fit(u, labels)
    assert head.scale_ == u.max()
    lengths = np.linalg.norm(np.maximum(u / u.max(), 0) ** 2, axis=1)
    assert head.beta_ == pytest.approx(1 / np.sqrt(np.mean(lengths**2)))


@pytest.mark.parametrize("scale", [2.0**-40, 2.0**40])
def test_without_a_beta_the_scale_of_the_currents_does_not_matter(scale):
    u, labels = currents()
    usual, other = (KrotovHopfieldHead(epochs=2).fit(k * u, labels) for k in (1, scale))
    assert np.array_equal(usual.coef_, other.coef_)
    assert np.array_equal(usual.decision_function(u), other.decision_function(scale * u))


def test_the_rate_stands_still_and_then_halves():
    head = KrotovHopfieldHead(rate=0.8, constant_epochs=2, halving_epochs=3)
    rates = []
    for head.n_epoch_ in range(8):
        rates.append(head._rate_now())
    assert rates == [0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2]


def test_inputs_of_given_weights_are_scaled_to_unit_length():
    rng = np.random.default_rng(5)
    weights = rng.standard_normal((7, 4)).astype(np.float32)
    x, labels = rng.random((60, 4)).astype(np.float32), rng.integers(0, 3, 60)
    x[0] = 0
    unit = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-30)
    of_inputs = KrotovHopfieldHead(weights=weights, epochs=2).fit(x, labels)
    of_currents = KrotovHopfieldHead(epochs=2).fit(unit @ weights.T, labels)
    assert_learnt_the_same(of_inputs, of_currents)
    assert np.array_equal(of_inputs.predict(3 * x), of_currents.predict(unit @ weights.T))


def test_samples_stay_as_they_are_unless_it_is_allowed_to_overwrite_them():
    u, labels = currents()
    given = u.copy()
    kept = KrotovHopfieldHead(epochs=2).fit(given, labels)
    assert np.array_equal(given, u)
    spared = KrotovHopfieldHead(epochs=2, copy=False).fit(given, labels)
    assert_learnt_the_same(kept, spared)
    assert not np.array_equal(given, u)


# -- interrupted -------------------------------------------------------------------------------


def test_a_warm_start_in_another_process_goes_on_as_if_it_had_not_stopped():
    u, labels = currents()
    whole = KrotovHopfieldHead(epochs=5, constant_epochs=2, halving_epochs=1).fit(u, labels)
    begun = KrotovHopfieldHead(epochs=2, constant_epochs=2, halving_epochs=1, warm_start=True)
    taken_up = pickle.loads(pickle.dumps(begun.fit(u, labels)))
    assert_learnt_the_same(taken_up.set_params(epochs=5).fit(u, labels), whole)


def test_passes_one_by_one_are_a_fit_of_as_many_epochs():
    u, labels = currents()
    one_by_one = KrotovHopfieldHead()
    for _ in range(3):
        one_by_one.partial_fit(u, labels, classes=[0, 1, 2])
    assert_learnt_the_same(one_by_one, KrotovHopfieldHead(epochs=3).fit(u, labels))


# -- mistakes ----------------------------------------------------------------------------------


def test_a_class_that_was_not_told_is_refused():
    u, labels = currents()
    head = KrotovHopfieldHead().partial_fit(u, labels, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="class 7") as caught:
        head.partial_fit(u[:2], [1, 7])
    assert str(caught.value) == (
        "krotov_hopfield_head: the class 7 of sample 1 is none of the classes [0, 1, 2] of the "
        "first fit"
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"power": 0}, "power must be a number above 0, got 0"),
        ({"loss_power": 1}, "loss_power must be a number above 1, got 1"),
        ({"beta": -1.0}, "beta must be a number above 0, got -1.0"),
        ({"rate": float("nan")}, "rate must be a number above 0, got nan"),
        ({"epochs": 2.5}, "epochs must be an integer from 1, got 2.5"),
        ({"batch_size": 0}, "batch_size must be an integer from 1, got 0"),
        (
            {"weights": [[1.0, 2.0]]},
            "weights must have the shape (neuron, 7) for samples with 7 inputs, got (1, 2)",
        ),
    ],
)
def test_a_setting_out_of_its_range_is_named(setting, message):
    with pytest.raises(SettingError) as caught:
        KrotovHopfieldHead(**setting).fit(*currents())
    assert str(caught.value) == f"krotov_hopfield_head: {message}"


def test_currents_that_are_too_large_to_be_raised_are_refused():
    u, labels = currents()
    with pytest.raises(DivergenceError) as caught:
        KrotovHopfieldHead(beta=1.0).fit(1e9 * u, labels)
    assert str(caught.value) == (
        "krotov_hopfield_head: a current raised to the power 4.5 is too large for a 32-bit number: "
        "scale the samples to unit length before the layer responds"
    )


def test_outputs_that_stand_at_the_ends_of_the_tanh_are_no_readout():
    with pytest.raises(DivergenceError) as caught:
        KrotovHopfieldHead(beta=1e6, epochs=2).fit(*currents())
    assert str(caught.value) == (
        "krotov_hopfield_head: the loss is 24.5 after epoch 2, above the 3 from which it began: "
        "the tanh stands at its ends, where nothing is learnt; lower beta of 1e+06, or the rate of "
        "0.001"
    )


def test_weights_that_are_no_longer_finite_end_the_training():
    with pytest.raises(DivergenceError) as caught:
        KrotovHopfieldHead(rate=1e39, epochs=2).fit(*currents())
    assert str(caught.value) == (
        "krotov_hopfield_head: the weights of the readout or its loss are no longer finite after "
        "epoch 1: lower the rate of 1e+39, or scale the samples to unit length before the layer "
        "responds"
    )
