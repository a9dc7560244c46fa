"""Analysis of finished runs without plugins: fields, responses, selection, latent space."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plasticity import Data, analysis, assemble, component, hookimpl, open_run
from plasticity.errors import DataError
from tests.naive.metrics import (
    naive_entropy,
    naive_norm,
    naive_patterns_by_count,
    naive_peakedness,
    naive_selected,
    naive_shared,
)
from tests.support import toys

EIGHTHS = st.integers(-40, 40).map(lambda number: number / 8)
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 7))
RESPONSES = arrays(np.float64, SHAPES, elements=EIGHTHS)
IMAGES = np.random.default_rng(6).random((20, 2, 3))
LABELS = np.arange(20) % 3


def array(values, *dims, **coords):
    return xr.DataArray(np.asarray(values), coords, dims)


def responding(values, **coords):
    return array(values, "neuron", "sample", **coords)


def refused(call, *arguments, **settings):
    with pytest.raises(DataError) as error:
        call(*arguments, **settings)
    return str(error.value)


@component
class Measures:
    """A number a neuron, and the step."""

    @hookimpl
    def measure(self, weights, clock):
        return {"largest": weights.max(axis=1), "at": clock.step}


class TakesThreshold:
    """Records the threshold at every other step."""

    every = 2

    @hookimpl
    def run_started(self, store):
        self.store, self.recording = store, None

    @hookimpl
    def step_finished(self, layer):
        if self.recording is None:
            self.recording = self.store.record(layer, ("threshold",))
        self.recording.take()


@component
class MeanSquare:
    @hookimpl
    def estimate_threshold(self, activity, threshold):
        threshold[...] = np.mean(activity**2, axis=1)
        return threshold


# -- responses of a finished run ---------------------------------------------------------------


def test_the_responses_of_a_run_are_those_of_its_simulation(tmp_path):
    layers = [toys.layer(neurons=4), toys.layer(neurons=2)]
    simulation = assemble(toys.experiment(*layers, data=Data(IMAGES), epochs=2))
    simulation.run(tmp_path / "run")
    run, others = open_run(tmp_path / "run"), IMAGES[3:9] * 2
    for layer in (0, 1, -1):
        expected = simulation.respond(others.reshape(6, 6), layer)
        found = analysis.responses_of(run, others, LABELS[3:9], layer)
        assert found.dims == ("neuron", "sample")
        assert np.array_equal(found.values, expected)
        assert found.label.values.tolist() == LABELS[3:9].tolist()


def test_samples_with_another_number_of_inputs_are_refused():
    run = assemble(toys.experiment()).run()
    assert refused(analysis.responses_of, run, np.ones((2, 5))) == (
        "data: a sample has 5 inputs, but the run was trained on samples with 4"
    )


# -- fields ------------------------------------------------------------------------------------


def test_receptive_fields_are_the_weights_of_the_first_layer_as_images():
    layers = [toys.layer(neurons=4), toys.layer(neurons=2)]
    simulation = assemble(toys.experiment(*layers, data=Data(IMAGES)))
    fields = analysis.receptive_fields(simulation.run())
    assert fields.dims == ("neuron", "y", "x")
    assert np.array_equal(fields.values, toys.weights_of(simulation).reshape(4, 2, 3))


def test_weights_along_a_run_become_images_step_by_step():
    values = np.arange(48.0).reshape(2, 2, 12)
    weights = array(values, "step", "neuron", "input", step=[10, 20])
    images = analysis.as_images(weights, (2, 3, 2))
    assert images.dims == ("step", "neuron", "y", "x", "channel")
    assert images.step.values.tolist() == [10, 20]
    assert np.array_equal(images.values, values.reshape(2, 2, 2, 3, 2))


def test_inputs_that_are_no_images_have_no_receptive_fields():
    assert refused(analysis.receptive_fields, assemble(toys.experiment()).run()) == (
        "receptive_fields: the inputs of this run were no images; give as_images the weights and "
        "a shape, if they have one"
    )
    weights = array(np.ones((2, 6)), "neuron", "input")
    assert refused(analysis.as_images, weights, (2, 2)) == (
        "as_images: an image of shape (2, 2) has 4 inputs, but the weights have 6"
    )


@pytest.mark.parametrize("centred", [False, True])
def test_similarity_is_the_cosine_or_the_correlation_with_the_mean_of_each_class(centred):
    weights = np.random.default_rng(3).standard_normal((4, 6))
    found = analysis.similarity_to_classes(
        array(weights, "neuron", "input"), IMAGES, LABELS, centred=centred
    )
    for i, row in enumerate(weights):
        for name in (0, 1, 2):
            mean = IMAGES[name == LABELS].reshape(-1, 6).mean(axis=0)
            expected = row @ mean / naive_norm(row) / naive_norm(mean)
            if centred:
                expected = np.corrcoef(row, mean)[0, 1]
            assert found.sel({"neuron": i, "class": name}).item() == pytest.approx(expected)


def test_similarity_without_labels_is_refused():
    weights = array(np.ones((2, 6)), "neuron", "input")
    assert refused(analysis.similarity_to_classes, weights, IMAGES) == (
        "similarity_to_classes: the samples have no labels; give labels=..."
    )
    assert refused(analysis.similarity_to_classes, weights, IMAGES, [1, 2]) == (
        "analysis: 20 samples need as many labels, got labels of shape (2,)"
    )


# -- selection ---------------------------------------------------------------------------------


@given(RESPONSES)
def test_the_sets_of_patterns_are_counted_and_compared_as_by_hand(values):
    responses = responding(values)
    sets = naive_selected(values)
    chosen = [set(np.flatnonzero(row)) for row in analysis.selected(responses).values]
    assert chosen == sets
    assert analysis.patterns_by_count(responses).values.tolist() == naive_patterns_by_count(values)
    shared = analysis.shared_selection(responses).values
    assert shared == pytest.approx(np.array(naive_shared(values)), nan_ok=True)


@given(RESPONSES, st.integers(1, 4))
def test_patterns_are_ranked_by_the_response_to_them(values, count):
    ranked = analysis.ranked_patterns(responding(values), count)
    for i, chosen in enumerate(naive_selected(values)):
        expected = sorted(chosen, key=lambda x: (-values[i, x], x))[:count]
        found = ranked.pattern.values[i]
        assert found[found >= 0].tolist() == expected
        assert ranked.response.values[i][found >= 0].tolist() == [values[i, x] for x in expected]


def test_ranked_patterns_carry_their_labels():
    labels = ("sample", np.array(["a", "b", "c"]))
    ranked = analysis.ranked_patterns(responding([[0.0, 1.0, 5.0], [2.0, 2.0, 2.0]], label=labels))
    assert ranked.label.values.tolist() == [["c", "", ""], ["", "", ""]]


def test_classes_are_those_of_the_labels_that_came_with_the_responses():
    responses = responding(np.eye(3), label=("sample", np.array([5, 7, 5])))
    found = analysis.classes_selected(responses)
    assert found["class"].values.tolist() == [5, 7]
    assert found.values.tolist() == [[1, 0], [0, 1], [1, 0]]


def test_classes_without_labels_are_refused():
    assert refused(analysis.classes_selected, responding(np.eye(2))) == (
        "classes_selected: there are no labels; give labels=..., or give them to responses_of"
    )


def test_arrays_of_other_dimensions_and_values_that_are_not_finite_are_refused():
    weights = array(np.ones((2, 2)), "neuron", "input")
    assert refused(analysis.selected, weights) == (
        "analysis: the array must have the dimensions (neuron, sample), got (neuron, input)"
    )
    assert refused(analysis.selected, responding([[1.0, np.nan]])) == (
        "analysis: 1 of 2 values are not finite: the run diverged, or these were not recorded at "
        "every step"
    )


@given(st.data())
def test_the_table_of_neurons_holds_the_formulas_row_by_row(data):
    values = np.abs(data.draw(RESPONSES))
    weights = data.draw(arrays(np.float64, (len(values), 3), elements=EIGHTHS))
    table = analysis.neuron_table(array(weights, "neuron", "input"), responding(values))
    sets = naive_selected(values)
    for i, chosen in enumerate(sets):
        row = table.isel(neuron=i)
        rest = set().union(*sets[:i], *sets[i + 1 :])
        assert (row.n_selected, row.n_alone) == (len(chosen), len(chosen - rest))
        expected = [naive_norm(weights[i]), naive_entropy(weights[i]), naive_peakedness(values[i])]
        expected = [np.nan if value is None else value for value in expected]
        found = [row.norm.item(), row.entropy.item(), row.peakedness.item()]
        assert found == pytest.approx(expected, nan_ok=True)


# -- latent space ------------------------------------------------------------------------------


def test_principal_components_are_eigenvectors_of_the_covariance():
    weights = np.random.default_rng(4).standard_normal((7, 4)) * [3, 1, 2, 0.5]
    found = analysis.principal_components(array(weights, "neuron", "input"), 2)
    away = weights - weights.mean(axis=0)
    values, vectors = np.linalg.eigh(away.T @ away)
    assert found.explained.values == pytest.approx(values[:1:-1] / values.sum())
    for k, vector in enumerate(vectors.T[:1:-1]):
        vector = vector * np.sign(vector[np.argmax(np.abs(vector))])
        assert found.direction.values[k] == pytest.approx(vector)
        assert found.score.values[:, k] == pytest.approx(away @ vector)


def test_samples_can_be_the_points_as_well():
    responses = responding(np.random.default_rng(5).random((3, 9)))
    found = analysis.principal_components(responses, 3, of="sample")
    assert (found.score.dims, found.direction.dims) == (
        ("sample", "component"),
        ("component", "neuron"),
    )


def test_clusters_are_the_planted_groups_the_largest_first():
    rng = np.random.default_rng(7)
    planted = np.array([0, 1, 1, 2, 1, 0])
    weights = np.eye(3)[planted] * 10 + rng.random((6, 3))
    found = analysis.clusters(array(weights, "neuron", "input"), 3)
    assert found.cluster.values.tolist() == [1, 0, 0, 2, 0, 1]
    assert found["size"].values.tolist() == [3, 2, 1]
    assert found.centre.values[0] == pytest.approx(weights[planted == 1].mean(axis=0))


def test_more_components_or_groups_than_there_can_be_are_refused():
    weights = array(np.ones((2, 3)), "neuron", "input")
    assert refused(analysis.principal_components, weights, 3) == (
        "principal_components: count must lie in [1, 2] for 2 points with 3 coordinates, got 3"
    )
    assert refused(analysis.clusters, weights, 2) == (
        "clusters: count must lie in [1, 1], the number of different points, got 2"
    )
    assert refused(analysis.clusters, weights, 1, of="sample") == (
        "analysis: the array must have two dimensions, one of them 'sample', got (neuron, input)"
    )


# -- along the run -----------------------------------------------------------------------------


def test_the_course_of_a_run_joins_measurements_and_threshold():
    layer = toys.layer(threshold=MeanSquare(), neurons=5)
    spec = toys.experiment(layer, metrics=[Measures()], measure_every=3, epochs=2)
    run = assemble(spec, [TakesThreshold()]).run()
    course = analysis.course_of(run, levels=(0, 0.5, 1))
    assert course.step.values.tolist() == [2, 3, 4, 6, 8]
    assert course["at"].dropna("step").values.tolist() == [3, 6, 8]
    thresholds = run.trajectory.threshold
    assert course.threshold.sel(step=thresholds.step).values == pytest.approx(
        np.stack([f(thresholds.values, axis=1) for f in (np.min, np.median, np.max)], axis=1)
    )
    assert np.isnan(course.largest.sel(step=2).values).all()


@given(arrays(np.float64, (3, 6), elements=EIGHTHS | st.just(np.nan)))
def test_the_bins_of_a_histogram_are_the_same_at_all_steps_and_hold_every_number(values):
    edges = [-5, -1.5, 0, 2, 5]
    counts = analysis.histogram(array(values, "step", "neuron"), edges)
    for step, row in enumerate(values):
        for low, high, found in zip(edges, edges[1:], counts.values[step], strict=False):
            last = high == edges[-1]
            assert found == sum(low <= y < high or (last and y == high) for y in row)


def test_a_histogram_of_nothing_is_refused():
    nothing = array([np.nan], "neuron")
    assert refused(analysis.histogram, nothing) == (
        "histogram: no value is finite, so there is nothing to lay bins around"
    )
    assert refused(analysis.histogram, nothing, over="sample") == (
        "histogram: there is no dimension 'sample' (there are neuron)"
    )
