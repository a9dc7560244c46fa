"""The BCM family and the classic rules against their naive twins, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from plasticity import Clock, Data, Experiment, Layer
from plasticity.errors import SettingError
from plasticity_plugins.rules.bcm import (
    bblais,
    bblais_law_cooper,
    bcm8292,
    ic92_without_slope,
    nc_reference,
)
from plasticity_plugins.rules.competition import Competitive, Kohonen, SoftHebb, add_winners
from plasticity_plugins.rules.correlation import Covariance, Outstar, Sanger, anti_hebb, instar
from tests.naive import rules as twins
from tests.support.following import follow
from tests.support.rule_updates import update_of

# Products of up to four numbers of size 3, some divided by a threshold of 0.1, in float32.
TOLERANCE = {"float32": 3e-4, "float64": 1e-11}
counts = st.integers(1, 5)
shares = st.floats(0, 1)


@st.composite
def layers(draw, neurons=counts):
    """The arrays of a layer that has seen a batch; some neurons have a threshold of 0."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_neuron, n_input, n_sample = draw(neurons), draw(counts), draw(counts)
    dtype = draw(st.sampled_from(sorted(TOLERANCE)))
    arrays = {
        "weights": rng.uniform(-1, 1, (n_neuron, n_input)),
        "x": rng.uniform(-1, 2, (n_sample, n_input)),
        "current": rng.uniform(-2, 2, (n_neuron, n_sample)),
        "activity": rng.uniform(-1, 3, (n_neuron, n_sample)),
        "threshold": rng.uniform(0.1, 3, n_neuron) * (rng.random(n_neuron) > 0.2),
    }
    return {name: array.astype(dtype) for name, array in arrays.items()}


def of(layer, *names):
    return [layer[name] for name in ("weights", "x", *names)]


def assert_follows(rule, layer, expected, **others):
    update = update_of(rule, **layer, **others)
    tolerance = TOLERANCE[layer["weights"].dtype.name]
    np.testing.assert_allclose(update, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("rule", [bcm8292, ic92_without_slope])
@given(layers())
def test_the_parabola_equals_its_twin(rule, layer):
    expected = twins.naive_parabola(*of(layer, "activity", "threshold"))
    assert_follows(rule(), layer, expected)


@given(layers())
def test_the_rule_of_the_published_code_equals_its_twin(layer):
    layer["threshold"] += layer["threshold"].dtype.type(0.1)
    expected = twins.naive_reference(*of(layer, "activity", "threshold"))
    assert_follows(nc_reference(), layer, expected)


@given(layers(), st.floats(-1, 1, width=32), st.floats(0, 1, width=32))
def test_the_rule_of_blais_equals_its_twin(layer, offset, decay):
    arrays = of(layer, "activity", "threshold")
    plain = twins.naive_bblais(*arrays, offset, decay)
    assert_follows(bblais(offset=offset, decay=decay), layer, plain)
    divided = twins.naive_bblais(*arrays, offset, decay, divided=True)
    assert_follows(bblais_law_cooper(offset=offset, decay=decay), layer, divided)


@given(layers())
def test_anti_hebb_instar_and_outstar_equal_their_twins(layer):
    arrays = of(layer, "activity")
    assert_follows(anti_hebb(), layer, twins.naive_anti_hebb(*arrays))
    assert_follows(instar(), layer, twins.naive_instar(*arrays))
    assert_follows(Outstar(), layer, twins.naive_outstar(*arrays))


@given(layers())
def test_sanger_equals_its_twin(layer):
    assert_follows(Sanger(), layer, twins.naive_sanger(*of(layer, "activity")))


@given(layers(), st.floats(0, 0.99))
def test_covariance_follows_both_means_and_equals_its_twin(layer, memory):
    rule = Covariance(memory=memory)
    m, n = layer["activity"].mean(axis=1, dtype=float), layer["x"].mean(axis=0, dtype=float)
    assert_follows(rule, layer, twins.naive_covariance(*of(layer, "activity"), m, n))
    layer["activity"], layer["x"] = layer["activity"][:, :1] * 2, layer["x"][:1] - 1
    m = memory * m + (1 - memory) * layer["activity"][:, 0]
    n = memory * n + (1 - memory) * layer["x"][0]
    assert_follows(rule, layer, twins.naive_covariance(*of(layer, "activity"), m, n))


def test_the_covariance_of_one_batch_is_that_of_numpy():
    rng = np.random.default_rng(2)
    x, activity = rng.normal(size=(20, 3)), rng.normal(size=(2, 20))
    update = update_of(Covariance(memory=0), weights=np.zeros((2, 3)), x=x, activity=activity)
    expected = np.cov(activity, x.T, bias=True)[:2, 2:]
    np.testing.assert_allclose(update, expected, rtol=0, atol=1e-14)


@given(layers(), st.integers(1, 5), st.sampled_from([0.0, 0.25, 1.0]), st.booleans())
def test_competition_equals_a_full_sort_with_ties_by_lowest_index(layer, winners, leak, tied):
    if tied:
        layer["current"] = np.round(layer["current"])
    winners = min(winners, len(layer["current"]))
    expected = twins.naive_competitive(*of(layer, "current"), winners, leak)
    assert_follows(Competitive(winners=winners, leak=leak), layer, expected)


def test_competition_is_the_same_with_and_without_the_compiler():
    current = np.round(np.random.default_rng(3).normal(size=(7, 20)), 1)
    results = []
    for function in (add_winners, add_winners.py_func):
        modulation, decay = np.zeros_like(current), np.zeros_like(current[:, 0])
        function(current, 3, 0.1, modulation, decay)
        results.append((modulation, decay))
    assert np.array_equal(results[0][0], results[1][0])
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-14)


@given(layers(), st.sampled_from([0.5, 1.0, 4.0]))
def test_softhebb_equals_its_twin(layer, temperature):
    expected = twins.naive_softhebb(*of(layer, "current"), temperature)
    assert_follows(SoftHebb(temperature=temperature), layer, expected)


def test_softhebb_compiled_is_what_its_hook_is():
    current = np.random.default_rng(5).normal(size=(4, 6)) * 3
    (kernel,) = SoftHebb.kernels
    modulation, decay = np.zeros_like(current), np.zeros(4)
    njit(kernel.function)(current, 0.7, modulation, decay)
    layer = {"weights": np.ones((4, 6)), "x": np.eye(6)}
    update = update_of(SoftHebb(temperature=0.7), **layer, current=current)
    np.testing.assert_allclose(modulation / 6 - decay[:, np.newaxis], update, rtol=0, atol=1e-14)


def test_softhebb_does_not_overflow_where_a_current_is_large():
    layer = {"weights": np.zeros((2, 1), np.float32), "x": np.ones((1, 1), np.float32)}
    current = np.array([[1e4], [0]], np.float32)
    assert update_of(SoftHebb(), **layer, current=current).tolist() == [[1], [0]]


@given(
    layers(neurons=st.sampled_from([1, 4, 6, 12])),
    st.sampled_from([None, 1, 2]),
    st.floats(0.3, 3),
    st.booleans(),
)
def test_the_map_equals_its_twin(layer, columns, radius, torus):
    n_neuron = len(layer["weights"])
    if columns is not None and n_neuron % columns:
        columns = 1
    rule = Kohonen(columns=columns, radius=radius, torus=torus)
    in_a_row = {1: 1, 4: 2, 6: 3, 12: 4}[n_neuron] if columns is None else columns
    expected = twins.naive_kohonen(layer["weights"], layer["x"], in_a_row, radius, torus)
    assert_follows(rule, layer, expected)


def test_the_neighbourhood_shrinks_from_half_the_grid_to_the_final_radius():
    layer = {"weights": np.linspace(0, 1, 12).reshape(12, 1), "x": np.array([[0.4]])}
    clock = Clock(steps_per_epoch=4, n_epoch=1)
    rule = Kohonen(columns=6, final_radius=0.75)
    for clock.step, radius in ((0, 3.0), (2, 1.5), (4, 0.75)):
        expected = twins.naive_kohonen(layer["weights"], layer["x"], 6, radius, False)
        np.testing.assert_allclose(update_of(rule, **layer, clock=clock), expected, atol=1e-14)


def test_rules_that_are_no_functions_of_one_neuron_add_up_with_coefficients():
    samples = np.random.default_rng(7).normal(size=(10, 4))
    layer = Layer(
        neurons=3,
        rule=0.5 * Sanger() - 0.2 * Outstar() + 0.1 * Competitive(leak=0.3) + anti_hebb(),
        activation="linear",
        initializer="normal",
        optimizer={"name": "sgd", "rate": 0.1},
    )
    run = follow(Experiment(data=Data(samples), layers=(layer,), batch_size=10, dtype="float64"))
    w, x = run.start, samples[run.rows[0]]
    y = w @ x.T
    dw = 0.5 * twins.naive_sanger(w, x, y) - 0.2 * twins.naive_outstar(w, x, y)
    dw += 0.1 * twins.naive_competitive(w, x, y, 1, 0.3) + twins.naive_anti_hebb(w, x, y)
    np.testing.assert_allclose(run.weights[0], w + 0.1 * dw, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("rule", "neurons", "message"),
    [
        (
            Competitive(winners=4),
            3,
            "competitive: winners must lie in [1, 3] for a layer of that many neurons, got 4",
        ),
        (
            Kohonen(columns=4),
            10,
            "kohonen: columns must divide the number of neurons, got 4 columns for 10 neurons, "
            "which leaves a row that is not full",
        ),
    ],
)
def test_a_layer_that_a_rule_cannot_work_with_is_refused(rule, neurons, message):
    with pytest.raises(SettingError) as caught:
        rule.init_state(np.zeros((neurons, 2)))
    assert str(caught.value) == message
