import math
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from threadpoolctl import threadpool_limits

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity_plugins.initializers.distributions import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Normal,
    Ones,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    Zeros,
)

SCALED = {
    GlorotNormal(): lambda neurons, inputs: 2 / (inputs + neurons),
    GlorotUniform(): lambda neurons, inputs: 2 / (inputs + neurons),
    LecunNormal(): lambda neurons, inputs: 1 / inputs,
    LecunUniform(): lambda neurons, inputs: 1 / inputs,
    HeNormal(): lambda neurons, inputs: 2 / inputs,
    HeUniform(): lambda neurons, inputs: 2 / inputs,
}
UNIFORM = (GlorotUniform, LecunUniform, HeUniform)
label = attrgetter("label")
every = pytest.mark.parametrize(
    "initializer", [Normal(), Uniform(), TruncatedNormal(), Orthogonal(), *SCALED], ids=label
)


def initial_weights(*initializers, neurons=3, inputs=4, seed=0, dtype="float64"):
    """The weights of each layer before the first step."""
    layers = [
        Layer(
            neurons=neurons, rule="hebb", activation="linear", optimizer="sgd", initializer=chosen
        )
        for chosen in initializers
    ]
    data = Data(np.zeros((1, inputs)))
    experiment = Experiment(data=data, layers=layers, seed=seed, dtype=dtype, batch_size=1)
    return [layer.arrays["weights"].copy() for layer in assemble(experiment).layers]


def moments(initializer, neurons, inputs):
    """Mean and standard deviation of the weights, and how far from the truth they may be.

    Four standard errors: a right initializer fails for one seed in ten thousand, and the seed is
    fixed.
    """
    (weights,) = initial_weights(initializer, neurons=neurons, inputs=inputs, seed=11)
    return weights.mean(), weights.std(), 4 * weights.std() / math.sqrt(weights.size)


@pytest.mark.parametrize(
    ("initializer", "value"), [(Zeros(), 0), (Ones(), 1), (Constant(value=-0.3), -0.3)], ids=str
)
def test_all_weights_have_the_value_asked_for(initializer, value):
    (weights,) = initial_weights(initializer)
    assert np.array_equal(weights, np.full((3, 4), value))


def test_normal_has_the_mean_and_deviation_asked_for():
    mean, std, margin = moments(Normal(mean=0.3, std=2.0), 200, 300)
    assert mean == pytest.approx(0.3, abs=margin)
    assert std == pytest.approx(2.0, abs=margin)


def test_uniform_has_the_mean_and_deviation_of_its_range():
    mean, std, margin = moments(Uniform(low=-1.0, high=2.0), 200, 300)
    assert mean == pytest.approx(0.5, abs=margin)
    assert std == pytest.approx(3 / math.sqrt(12), abs=margin)


@pytest.mark.parametrize("cut", [0.5, 2.0, 3.0])
def test_truncated_normal_has_the_distribution_of_what_is_drawn_again_beyond_the_cut(cut):
    initializer = TruncatedNormal(mean=0.3, std=2.0, cut=cut)
    (weights,) = initial_weights(initializer, neurons=100, inputs=200, seed=11)
    expected = stats.truncnorm(-cut, cut, loc=0.3, scale=2.0)
    assert stats.kstest(weights.ravel(), expected.cdf).pvalue > 1e-3


@given(st.floats(1e-6, 40), st.integers(0, 1000))
def test_no_weight_of_a_truncated_normal_lies_beyond_the_cut(cut, seed):
    (weights,) = initial_weights(TruncatedNormal(cut=cut), seed=seed)
    assert np.abs(weights).max() <= cut


@pytest.mark.parametrize(("neurons", "inputs"), [(10, 3000), (3000, 10), (150, 150)])
@pytest.mark.parametrize("initializer", SCALED, ids=label)
def test_the_variance_is_scaled_to_the_size_of_the_layer(initializer, neurons, inputs):
    mean, std, margin = moments(initializer, neurons, inputs)
    assert mean == pytest.approx(0, abs=margin)
    assert std == pytest.approx(math.sqrt(SCALED[initializer](neurons, inputs)), abs=margin)


@pytest.mark.parametrize("cls", [LecunNormal, LecunUniform, HeNormal, HeUniform])
def test_the_neurons_can_stand_for_the_inputs_as_in_the_reference_code(cls):
    gain = SCALED[next(made for made in SCALED if type(made) is cls)](1, 1)
    _, std, margin = moments(cls(fan="neurons"), 10, 3000)
    assert std == pytest.approx(math.sqrt(gain / 10), abs=margin)


@pytest.mark.parametrize("initializer", SCALED, ids=label)
def test_scaled_weights_are_normal_without_a_cut_or_uniform(initializer):
    (weights,) = initial_weights(initializer, neurons=200, inputs=300, seed=11)
    std = math.sqrt(SCALED[initializer](200, 300))
    width = math.sqrt(12) * std
    uniform = isinstance(initializer, UNIFORM)
    expected = stats.uniform(-width / 2, width) if uniform else stats.norm(0, std)
    assert stats.kstest(weights.ravel(), expected.cdf).pvalue > 1e-3


@pytest.mark.parametrize(("neurons", "inputs"), [(4, 9), (9, 4), (6, 6), (1, 1)])
def test_orthogonal_weights_have_right_angles_and_the_length_of_the_gain(neurons, inputs):
    (weights,) = initial_weights(Orthogonal(gain=1.5), neurons=neurons, inputs=inputs)
    products = weights @ weights.T if neurons <= inputs else weights.T @ weights
    np.testing.assert_allclose(products, 1.5**2 * np.eye(min(neurons, inputs)), atol=1e-14)


def test_orthogonal_weights_do_not_depend_on_the_number_of_threads():
    drawn = []
    for threads in (1, 2):
        initializer, weights = Orthogonal(), np.zeros((700, 600))
        Orthogonal.rng.bind(initializer, np.random.default_rng(3))
        with threadpool_limits(threads):
            initializer.init_state(weights)
        drawn.append(weights)
    assert drawn[0].tobytes() == drawn[1].tobytes()


def test_orthogonal_weights_favour_no_direction():
    # Without the signs of R the first entry of Q would never be positive.
    initializer, drawn = Orthogonal(), np.zeros((200, 2, 2))
    Orthogonal.rng.bind(initializer, np.random.default_rng(3))
    for weights in drawn:
        initializer.init_state(weights)
    angles = np.arctan2(drawn[:, 0, 1], drawn[:, 0, 0])
    assert stats.kstest(angles, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3
    # Half of them turn, half mirror; four standard errors.
    assert abs(np.mean(np.linalg.det(drawn) > 0) - 0.5) < 4 * 0.5 / math.sqrt(200)


@given(st.floats(-10, 10), st.floats(0, 10), st.integers(0, 1000))
def test_uniform_weights_lie_in_their_range(low, width, seed):
    (weights,) = initial_weights(Uniform(low=low, high=low + width), seed=seed)
    assert low <= weights.min()
    assert weights.max() <= low + width


@every
def test_the_seed_decides_the_weights(initializer):
    first, again = (initial_weights(initializer, seed=5) for _ in range(2))
    (other,) = initial_weights(initializer, seed=6)
    assert np.array_equal(first, again)
    assert not np.isin(other, first).any()


@every
def test_layers_of_equal_size_start_from_weights_of_their_own(initializer):
    lower, upper = initial_weights(initializer, initializer, neurons=4)
    assert not np.isin(upper, lower).any()


@every
def test_float32_weights_are_the_float64_weights_rounded(initializer):
    (double,) = initial_weights(initializer, dtype="float64")
    (single,) = initial_weights(initializer, dtype="float32")
    assert single.dtype == np.float32
    assert np.array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"low": 1.0, "high": -1.0}, "low = 1 and high = -1"),
        ({"high": math.inf}, "low = -0.05 and high = inf"),
    ],
)
def test_uniform_refuses_a_range_that_is_none(limits, told):
    with pytest.raises(SettingError) as error:
        Uniform(**limits)
    assert str(error.value) == f"uniform: low and high must be finite and low <= high, got {told}"
