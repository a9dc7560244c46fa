"""Metrics of the responses to the evaluation samples: spread, sets of patterns, classes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plasticity import Data, assemble
from plasticity.errors import MissingPartError, SettingError
from plasticity_plugins.metrics.responses import (
    DeadNeurons,
    PeakSelectivity,
    ResponseKurtosis,
    Sparseness,
)
from plasticity_plugins.metrics.selection import ClassPurity, Redundancy, SelectedBy
from tests.naive.metrics import (
    naive_activity_ratio,
    naive_excess_kurtosis,
    naive_patterns_by_count,
    naive_peakedness,
    naive_purity,
    naive_redundancy,
    naive_selected,
)
from tests.support.toys import experiment, refusal

# Eighths, so that no mean lies within rounding of a response.
EIGHTHS = st.integers(-40, 40).map(lambda number: number / 8)
SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 8))
ANY = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: arrays(dtype, SHAPES, elements=EIGHTHS)
)
NOT_NEGATIVE = ANY.map(np.abs)


def by_neuron(twin, responses):
    """The twin of each row, NaN where it has no answer."""
    found = [twin(row) for row in responses]
    return [math.nan if value is None else value for value in found]


def close(expected):
    # float32 carries 7 digits, of which sums of 8 numbers lose little.
    return pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)


@given(NOT_NEGATIVE)
def test_peak_selectivity_is_1_less_mean_over_largest(responses):
    found = PeakSelectivity().measure(responses)["peak_selectivity"]
    assert found.tolist() == close(by_neuron(naive_peakedness, responses))


def test_a_neuron_that_responds_to_one_pattern_of_m_has_the_selectivity_of_bienenstock_et_al():
    # For M linearly independent patterns their theorem has 1 - 1/M as the highest selectivity.
    found = PeakSelectivity().measure(np.eye(5) * 3)["peak_selectivity"]
    assert found == pytest.approx(np.full(5, 1 - 1 / 5))


@given(NOT_NEGATIVE)
def test_sparseness_is_the_square_of_the_mean_over_the_mean_square(responses):
    found = Sparseness().measure(responses)
    assert found["sparseness"].tolist() == close(by_neuron(naive_activity_ratio, responses))
    of_samples = [value for value in map(naive_activity_ratio, responses.T) if value is not None]
    expected = np.mean(of_samples) if of_samples else math.nan
    assert found["population_sparseness"] == close(expected)


@pytest.mark.parametrize("active", [1, 3, 10])
def test_the_sparseness_of_a_binary_neuron_is_the_share_of_samples_it_fires_for(active):
    responses = np.repeat([[4.0, 0.0]], [active, 10 - active], axis=1)
    assert Sparseness().measure(responses)["sparseness"] == pytest.approx([active / 10])


@given(ANY)
def test_response_kurtosis_is_the_fourth_moment_over_the_second_squared_less_3(responses):
    found = ResponseKurtosis().measure(responses)["response_kurtosis"]
    assert found.tolist() == close(by_neuron(naive_excess_kurtosis, responses))


@pytest.mark.parametrize("active", [1, 2, 5])
def test_the_kurtosis_of_a_binary_neuron_is_that_of_bernoulli(active):
    p = active / 10
    responses = np.repeat([[7.0, 0.0]], [active, 10 - active], axis=1)
    expected = (1 - 6 * p * (1 - p)) / (p * (1 - p))
    assert ResponseKurtosis().measure(responses)["response_kurtosis"] == pytest.approx([expected])


@given(ANY)
def test_dead_neurons_are_those_with_one_response_to_all(responses):
    expected = sum(len(set(row.tolist())) == 1 for row in responses)
    assert DeadNeurons().measure(responses) == {"dead_neurons": expected}


@given(ANY)
def test_patterns_are_counted_by_how_many_neurons_select_them(responses):
    expected = naive_patterns_by_count(responses)
    counts = tuple(range(len(responses) + 1))
    found = SelectedBy(counts=counts).measure(responses)
    assert found == {f"selected_by_{k}": expected[k] for k in counts}


@given(ANY)
def test_the_counts_add_up_to_the_patterns_and_to_the_selectivities(responses):
    counts = tuple(range(len(responses) + 3))
    found = list(SelectedBy(counts=counts).measure(responses).values())
    assert sum(found) == responses.shape[1]
    selectivities = [len(chosen) for chosen in naive_selected(responses)]
    assert sum(k * n for k, n in enumerate(found)) == sum(selectivities)


def test_the_store_tells_how_many_neurons_are_meant():
    run = assemble(experiment(metrics=[SelectedBy(counts=(1, 2))])).run()
    told = [array.attrs["long_name"] for array in run.metrics.data_vars.values()]
    assert told == [
        "patterns that exactly 1 neuron selects",
        "patterns that exactly 2 neurons select",
    ]


@pytest.mark.parametrize("counts", [(), (1, -1)])
def test_a_count_below_0_is_refused(counts):
    with pytest.raises(SettingError) as refused:
        SelectedBy(counts=counts)
    assert str(refused.value) == (
        f"selected_by: counts must hold integers from 0, got {list(counts)}: each is a number "
        "of neurons"
    )


@given(ANY)
def test_redundancy_is_the_mean_share_of_patterns_in_common(responses):
    found = Redundancy().measure(responses)["redundancy"].tolist()
    assert found == pytest.approx(naive_redundancy(responses), nan_ok=True)


def test_neurons_that_select_the_same_are_redundant_and_those_that_share_nothing_are_not():
    same, apart = np.array([[0, 0, 5, 5]] * 3), np.eye(3)
    assert Redundancy().measure(same)["redundancy"].tolist() == [1, 1, 1]
    assert Redundancy().measure(apart)["redundancy"].tolist() == [0, 0, 0]


@given(st.data())
def test_class_purity_is_the_share_of_the_most_frequent_class(data):
    responses = data.draw(ANY)
    labels = np.array(data.draw(st.lists(st.integers(0, 3), min_size=8, max_size=8)))
    labels = labels[: responses.shape[1]]
    found = ClassPurity().measure(responses, labels)["class_purity"].tolist()
    assert found == pytest.approx(naive_purity(responses, labels), nan_ok=True)


def test_class_purity_sees_the_labels_of_the_evaluation_samples():
    class_of = np.arange(20) % 2
    samples = np.zeros((20, 4))
    samples[class_of == 1] = 1
    data = Data(samples, labels=class_of.astype(str))
    run = assemble(experiment(data=data, metrics=[ClassPurity()], measure_samples=9)).run()
    assert run.metrics.class_purity.values.tolist() == [[1.0, 1.0, 1.0]]


def test_data_without_labels_are_refused_where_labels_are_read():
    assert refusal(metrics=[ClassPurity()], error=MissingPartError) == (
        "metrics[0] 'class_purity' reads 'labels', but 'data' has none: give data with labels, or "
        "leave it out"
    )
