"""Selectivity, overlap, memorization, weight change and the two convergences."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plasticity import Data, assemble
from plasticity_plugins.metrics.change import Convergence, WeightChange
from plasticity_plugins.metrics.selection import CapacityUsed, Memorization, Overlap, Selectivity
from plasticity_plugins.metrics.weights import UnitConvergence
from tests.naive.metrics import naive_norm, naive_overlap, naive_selected, naive_weight_change
from tests.support.binding import with_arrays
from tests.support.toys import experiment

# Eighths, so that no mean lies within rounding of a response.
EIGHTHS = st.integers(-40, 40).map(lambda number: number / 8)


def matrices(dtype=np.float32, rows=6, columns=8):
    shapes = st.tuples(st.integers(1, rows), st.integers(1, columns))
    return arrays(dtype, shapes, elements=EIGHTHS)


def overlap(responses):
    return Overlap().measure(None, np.asarray(responses))["overlap"]


@given(matrices() | matrices(np.float64))
def test_selectivity_counts_the_samples_above_the_mean(responses):
    expected = [len(chosen) for chosen in naive_selected(responses)]
    assert Selectivity().measure(responses)["selectivity"].tolist() == expected


@given(st.floats(-1e3, 1e3, width=32), st.integers(1, 50))
def test_a_neuron_that_responds_to_all_alike_selects_nothing(value, n_sample):
    for dtype in (np.float32, np.float64):
        responses = np.full((1, n_sample), value, dtype)
        assert Selectivity().measure(responses)["selectivity"].tolist() == [0]


@given(matrices())
def test_overlap_is_the_union_over_the_mean_selectivity(responses):
    expected = naive_overlap(responses)
    assume(expected is not None)
    # The twin divides twice, so it may be a rounding or two apart.
    assert overlap(responses) == pytest.approx(expected, rel=1e-15)


@given(matrices())
def test_overlap_lies_between_1_and_the_number_of_neurons(responses):
    assume(naive_overlap(responses) is not None)
    assert 1 <= overlap(responses) <= len(responses)


def test_overlap_is_1_when_all_neurons_select_the_same():
    assert overlap([[0, 0, 5, 5]] * 7) == 1.0


def test_overlap_is_the_number_of_neurons_when_none_share_a_pattern():
    assert overlap(np.eye(7)) == 7.0


def test_overlap_is_nan_with_a_word_when_nothing_is_selected():
    simulation = assemble(experiment(data=Data(np.zeros((20, 4))), metrics=[Overlap()]))
    with pytest.warns(UserWarning, match="overlap is NaN") as caught:
        run = simulation.run()
    assert [str(warning.message) for warning in caught] == [
        "layer_0: no neuron selects any of the 20 evaluation samples (each responds to all of them "
        "alike), so its overlap is NaN"
    ]
    assert math.isnan(run.metrics.overlap.item())


def test_the_store_tells_the_direction_of_the_overlap():
    run = assemble(experiment(metrics=[Overlap()])).run()
    assert run.metrics.overlap.attrs == {
        "long_name": "overlap index",
        "units": "1",
        "source": "overlap",
        "comment": "rises as overlap falls: 1 when all neurons select the same patterns, the "
        "number of neurons when none share any; NaN when nothing is selected",
    }


@given(matrices())
def test_memorization_counts_the_union_and_its_capacity(responses):
    sets = naive_selected(responses)
    memorized = len(set().union(*sets))
    capacity = min(sum(len(chosen) for chosen in sets), responses.shape[1])
    found = Memorization().measure(responses)
    assert found == {"memorization": memorized, "capacity": capacity}
    share = memorized / capacity if capacity else math.nan
    assert CapacityUsed().measure(responses)["capacity_used"] == pytest.approx(share, nan_ok=True)


@given(matrices())
def test_memorization_never_exceeds_the_capacity(responses):
    measured = Memorization().measure(responses)
    assert measured["memorization"] <= measured["capacity"]


@given(st.data())
def test_weight_change_is_relative_to_the_last_measurement(data):
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 6)))
    first, second = (data.draw(arrays(np.float32, shape, elements=EIGHTHS)) for _ in range(2))
    metric = with_arrays(WeightChange(), first)
    metric.init_state()
    assert math.isnan(metric.measure(first)["weight_change"])
    found = metric.measure(second)["weight_change"]
    expected = naive_weight_change(first, second)
    if expected is None:
        assert math.isnan(found)
    else:
        # The norms are float32 sums of up to 24 squares.
        assert found == pytest.approx(expected, rel=1e-5)


@given(st.data())
def test_convergence_counts_the_neurons_that_moved_little(data):
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 4)))
    first = data.draw(arrays(np.float64, shape, elements=EIGHTHS))
    second = first + data.draw(arrays(np.float64, shape, elements=EIGHTHS)) / 16
    metric = with_arrays(Convergence(tolerance=0.1), first)
    metric.init_state()
    assert math.isnan(metric.measure(first)["convergence"])
    changes = [naive_norm(after - before) for before, after in zip(first, second, strict=True)]
    limits = [0.1 * naive_norm(before) for before in first]
    pairs = list(zip(changes, limits, strict=True))
    assume(all(change == limit == 0 or abs(change - limit) > 1e-12 for change, limit in pairs))
    settled = [change <= limit for change, limit in pairs]
    assert metric.measure(second)["convergence"] == np.mean(settled)


def test_weights_that_stand_still_have_all_settled():
    weights = np.ones((3, 2))
    metric = with_arrays(Convergence(), weights)
    metric.measure(weights)
    assert metric.measure(weights) == {"convergence": 1.0}


def test_the_change_of_the_weights_is_nan_first_and_then_a_number():
    run = assemble(experiment(metrics=[WeightChange(), Convergence()], epochs=3)).run()
    assert np.isfinite(run.metrics.weight_change.values).tolist() == [False, True, True]
    assert np.isfinite(run.metrics.convergence.values).tolist() == [False, True, True]


@given(matrices(np.float64), st.sampled_from([1.0, 2.0, 3.0, 4.5]))
def test_unit_convergence_counts_the_norms_near_1_from_both_sides(weights, power):
    weights = weights / 4
    distances = [abs(naive_norm(row, power) - 1) for row in weights]
    assume(all(abs(distance - 0.1) > 1e-9 for distance in distances))
    expected = np.mean([distance < 0.1 for distance in distances])
    found = UnitConvergence(power=power, tolerance=0.1).measure(weights)
    assert found == {"unit_convergence": expected}


def test_a_dead_unit_has_not_converged():
    weights = np.array([[0.0, 0.0], [0.6, 0.8], [6.0, 8.0]])
    assert UnitConvergence().measure(weights) == {"unit_convergence": 1 / 3}


def test_diverged_weights_are_measured_without_a_warning():
    weights = np.array([[np.inf, 1.0], [np.nan, 1.0]], np.float32)
    assert UnitConvergence(power=3).measure(weights) == {"unit_convergence": 0.0}
    metric = with_arrays(WeightChange(), weights)
    metric.measure(np.ones((2, 2), np.float32))
    assert math.isnan(metric.measure(weights)["weight_change"])
