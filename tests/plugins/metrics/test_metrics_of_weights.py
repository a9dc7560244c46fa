"""Metrics of the weights and thresholds: norms, entropy, rank, way, tuning, convergence."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plasticity import Data, assemble
from plasticity.errors import DataError
from plasticity_plugins.metrics.change import DistanceTravelled, ThresholdConvergence
from plasticity_plugins.metrics.gratings import (
    OcularDominance,
    OrientationTuning,
    bandwidth,
    mean_orientation,
)
from plasticity_plugins.metrics.weights import EffectiveRank, WeightEntropy, WeightNorm
from tests.naive.metrics import (
    naive_bandwidth,
    naive_effective_rank,
    naive_entropy,
    naive_grating,
    naive_kept,
    naive_norm,
    naive_travelled,
)
from tests.support.binding import with_arrays
from tests.support.toys import experiment, layer

EIGHTHS = st.integers(-40, 40).map(lambda number: number / 8)
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 6))
DTYPES = st.sampled_from([np.float32, np.float64])
WEIGHTS = DTYPES.flatmap(lambda dtype: arrays(dtype, SHAPES, elements=EIGHTHS))
ANGLES = np.arange(24) * 7.5


class Patches:
    """A layer of image patches, as far as a metric looks at it."""

    def __init__(self, *shape):
        self.image_shape = shape


def number(value):
    return math.nan if value is None else value


@given(WEIGHTS, st.sampled_from([1.0, 2.0, 3.5]))
def test_weight_norm_is_the_p_norm_of_each_neuron(weights, power):
    found = WeightNorm(power=power).measure(weights)["weight_norm"].tolist()
    assert found == pytest.approx([naive_norm(row, power) for row in weights], rel=1e-5)


@given(WEIGHTS)
def test_weight_entropy_is_that_of_the_sizes(weights):
    found = WeightEntropy().measure(weights)["weight_entropy"].tolist()
    expected = [number(naive_entropy(row)) for row in weights]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)


def test_weights_of_one_size_have_the_entropy_of_their_number():
    assert WeightEntropy().measure(np.full((1, 8), -3e38, np.float32)) == {"weight_entropy": [3.0]}


@given(WEIGHTS)
def test_effective_rank_is_the_exponential_of_the_entropy_of_the_singular_values(weights):
    found = EffectiveRank().measure(weights)["effective_rank"]
    # A singular value of 1e-7 in float32 may be 0 in the twin: it adds 1e-6 to the entropy.
    assert found == pytest.approx(number(naive_effective_rank(weights)), rel=1e-4, nan_ok=True)


def test_the_effective_rank_of_roy_and_vetterli_lies_between_1_and_the_rank():
    # Their property 1: exp of the entropy, which is 1 for one direction and n for n equal ones.
    line = np.outer([1.0, 2.0, -1.0], [3.0, 1.0, 0.0, 2.0])
    assert EffectiveRank().measure(line) == {"effective_rank": pytest.approx(1)}
    assert EffectiveRank().measure(2 * np.eye(3, 7)) == {"effective_rank": pytest.approx(3)}
    # Singular values 3 and 1: exp(-(3/4 ln 3/4 + 1/4 ln 1/4)) = 4 / 3^(3/4).
    found = EffectiveRank().measure(np.diag([3.0, 1.0]))["effective_rank"]
    assert found == pytest.approx(4 / 3**0.75)


@given(st.data())
def test_the_way_adds_up_and_the_displacement_is_straight(data):
    shape = data.draw(SHAPES)
    path = [data.draw(arrays(np.float64, shape, elements=EIGHTHS)) for _ in range(4)]
    metric = with_arrays(DistanceTravelled(), path[0])
    metric.init_state(path[0])
    for weights in path[1:]:
        found = metric.measure(weights)
    ways, ends = naive_travelled(path)
    assert found["distance_travelled"].tolist() == pytest.approx(ways)
    assert found["displacement"].tolist() == pytest.approx(ends)


def test_the_way_of_a_run_begins_at_the_initial_weights():
    simulation = assemble(experiment(metrics=[DistanceTravelled()]))
    start = simulation.layers[0].arrays["weights"].copy()
    run = simulation.run()
    moved = [naive_norm(row) for row in run.weights.values - start]
    assert run.metrics.displacement.values[-1].tolist() == pytest.approx(moved, rel=1e-5)
    assert run.metrics.distance_travelled.values[-1].tolist() == pytest.approx(moved, rel=1e-5)


@given(st.data())
def test_threshold_convergence_is_the_criterion_of_the_reference_neuron_by_neuron(data):
    n_neuron = data.draw(st.integers(1, 4))
    values = st.sampled_from([0.0, 0.125, 0.25, 1000.0, 1000.125])
    path = [data.draw(arrays(np.float64, n_neuron, elements=values)) for _ in range(5)]
    metric = with_arrays(ThresholdConvergence(window=3, tolerance=0.13), np.zeros((n_neuron, 1)))
    metric.init_state()
    found = [metric.measure(theta)["threshold_convergence"] for theta in path]
    expected = [np.mean(naive_kept(path[m - 2 : m + 1], 0.13)) for m in (2, 3, 4)]
    assert found == pytest.approx([math.nan, math.nan, *expected], nan_ok=True)


# -- orientation tuning ------------------------------------------------------------------------


@settings(max_examples=15)
@given(DTYPES.flatmap(lambda dtype: arrays(dtype, (2, 12), elements=EIGHTHS)))
def test_the_responses_are_those_to_the_best_of_many_phases(weights):
    tuning = OrientationTuning(angles=4, frequency=0.2)
    found = tuning.measure(Patches(3, 4), weights)
    angles = [0, 45, 90, 135]
    curves = [[naive_grating(row, (3, 4), angle, 0.2) for angle in angles] for row in weights]
    preferred, selectivity = mean_orientation(np.array(curves), np.array(angles))
    # 360 phases miss the largest response by a share of 4e-5 at most.
    assert found["orientation_selectivity"] == pytest.approx(selectivity, abs=2e-4, nan_ok=True)
    for angle, expected, sharp in zip(
        found["preferred_orientation"], preferred, selectivity, strict=True
    ):
        if sharp > 0.05:
            assert abs((angle - expected + 90) % 180 - 90) < 0.5


@given(arrays(np.float64, (1, 12), elements=st.integers(0, 40).map(float)))
def test_the_bandwidth_is_walked_from_the_peak_to_half_of_it(curves):
    assume(curves.max() > 0)
    assert bandwidth(curves).tolist() == pytest.approx(
        [number(naive_bandwidth(curves[0]))], nan_ok=True
    )


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 142.5])
def test_a_grating_as_receptive_field_prefers_its_own_orientation(angle):
    y, x = np.mgrid[:13, :13]
    across = x * math.sin(math.radians(angle)) + y * math.cos(math.radians(angle))
    window = np.exp(-((x - 6) ** 2 + (y - 6) ** 2) / 8)
    field = (window * np.cos(2 * np.pi * 4.4 / 26 * across + 0.3)).reshape(1, -1)
    found = OrientationTuning(angles=120).measure(Patches(13, 13), field)
    away = (found["preferred_orientation"][0] - angle + 90) % 180 - 90
    # The field ends at three widths of its window, which bends the curve a little.
    assert abs(away) < 0.5
    # A window of width 2 has a tuning curve exp(-2 |k - k0|^2), with |k - k0| = 2 k0 sin(turn / 2):
    # half of it is left at |k - k0|^2 = ln 2 / 2.
    width = 2 * math.asin(math.sqrt(math.log(2) / 2) / (2 * 2 * np.pi * 4.4 / 26))
    assert found["orientation_bandwidth"][0] == pytest.approx(math.degrees(width), rel=0.01)


def test_a_cosine_tuning_curve_has_the_numbers_of_swindale():
    curve = 1 + np.cos(2 * np.deg2rad(ANGLES - 60))[np.newaxis]
    preferred, selectivity = mean_orientation(curve, ANGLES)
    assert (preferred[0], selectivity[0]) == pytest.approx((60, 0.5))
    assert bandwidth(curve) == pytest.approx([45])


def test_a_neuron_without_weights_has_no_orientation():
    found = OrientationTuning().measure(Patches(3, 3), np.zeros((2, 9)))
    assert all(np.isnan(values).all() for values in found.values())


def test_the_channels_of_an_image_see_one_grating():
    row = np.arange(18.0).reshape(1, 18)
    summed = row.reshape(9, 2).sum(axis=1)[np.newaxis]
    both = OrientationTuning().measure(Patches(3, 3, 2), row)
    one = OrientationTuning().measure(Patches(3, 3), summed)
    assert both["preferred_orientation"] == one["preferred_orientation"]


def test_two_eyes_see_one_grating():
    left, right = np.random.default_rng(4).random((2, 3, 9))
    both = OrientationTuning(eyes=2).measure(Patches(6, 3), np.hstack([left, right]))
    one = OrientationTuning().measure(Patches(3, 3), left + right)
    for name, values in one.items():
        np.testing.assert_allclose(both[name], values, rtol=1e-12)


def test_only_the_layer_that_sees_images_is_measured():
    images = np.random.default_rng(2).random((20, 2, 2))
    layers = [layer(), layer()]
    run = assemble(experiment(*layers, data=Data(images), metrics=[OrientationTuning()])).run()
    assert run.recorded("metrics", 0).sizes == {"step": 1, "neuron": 3}
    assert list(run.recorded("metrics", 1).data_vars) == []


@pytest.mark.parametrize(
    ("metric", "shape", "message"),
    [
        (
            OrientationTuning(),
            (6,),
            "orientation_tuning: gratings are for inputs that are images, and these are not: give "
            "the data as images (sample, y, x), or with an image_shape",
        ),
        (
            OcularDominance(),
            (3, 2),
            "ocular_dominance: two eyes see an image of an even number of rows, the upper half the "
            "left one, and these have 3",
        ),
    ],
)
def test_gratings_for_inputs_that_are_no_such_images_are_refused_before_the_first_step(
    metric, shape, message
):
    data = Data(np.random.default_rng(2).random((20, *shape)))
    simulation = assemble(experiment(data=data, metrics=[metric]))
    with pytest.raises(DataError) as refused:
        simulation.run()
    assert str(refused.value) == message
    assert simulation.layers[0].clock.step == 0


# -- ocular dominance --------------------------------------------------------------------------


@settings(max_examples=10)
@given(DTYPES.flatmap(lambda dtype: arrays(dtype, (2, 12), elements=EIGHTHS)))
def test_the_eyes_are_compared_by_their_best_response(weights):
    found = OcularDominance(angles=4, frequency=0.2).measure(Patches(6, 2), weights)
    for i, row in enumerate(weights):
        left, right = (
            max(naive_grating(half, (3, 2), angle, 0.2) for angle in (0, 45, 90, 135))
            for half in np.split(row, 2)
        )
        # 360 phases miss the largest response by a share of 4e-5 at most.
        assert found["left_eye_response"][i] == pytest.approx(left, rel=1e-4)
        assert found["right_eye_response"][i] == pytest.approx(right, rel=1e-4)
        expected = (right - left) / (right + left) if right + left else math.nan
        assert found["ocular_dominance"][i] == pytest.approx(expected, abs=1e-4, nan_ok=True)


def test_dominance_is_1_of_the_right_eye_alone_and_none_without_weights():
    field = np.random.default_rng(5).random(4)
    alone = np.zeros((3, 2, 4))
    alone[0, 0], alone[1, 1] = field, field
    found = OcularDominance().measure(Patches(4, 2), alone.reshape(3, 8))["ocular_dominance"]
    assert found[:2].tolist() == [-1, 1]
    assert np.isnan(found[2])
