import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SettingError
from plasticity_plugins.initializers.glorot_normal import GlorotNormal
from plasticity_plugins.initializers.normal import Normal
from plasticity_plugins.initializers.uniform import Uniform

every = pytest.mark.parametrize("initializer", [Normal(), Uniform(), GlorotNormal()])


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


def test_normal_has_the_mean_and_deviation_asked_for():
    mean, std, margin = moments(Normal(mean=0.3, std=2.0), 200, 300)
    assert mean == pytest.approx(0.3, abs=margin)
    assert std == pytest.approx(2.0, abs=margin)


def test_uniform_has_the_mean_and_deviation_of_its_range():
    mean, std, margin = moments(Uniform(low=-1.0, high=2.0), 200, 300)
    assert mean == pytest.approx(0.5, abs=margin)
    assert std == pytest.approx(3 / math.sqrt(12), abs=margin)


@pytest.mark.parametrize(("neurons", "inputs"), [(10, 3000), (3000, 10), (150, 150)])
def test_glorot_normal_has_variance_two_over_the_sum_of_inputs_and_neurons(neurons, inputs):
    mean, std, margin = moments(GlorotNormal(), neurons, inputs)
    assert mean == pytest.approx(0, abs=margin)
    assert std == pytest.approx(math.sqrt(2 / (inputs + neurons)), abs=margin)


def test_glorot_normal_is_not_truncated():
    (weights,) = initial_weights(GlorotNormal(), neurons=200, inputs=300, seed=11)
    beyond = np.mean(np.abs(weights) > 2 * math.sqrt(2 / 500))
    assert beyond == pytest.approx(0.0455, abs=0.004)


@given(st.floats(-10, 10), st.floats(0, 10), st.integers(0, 1000))
@settings(max_examples=25)  # each assembles an experiment
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
        ({"low": math.nan}, "low = nan and high = 0.05"),
    ],
)
def test_uniform_refuses_a_range_that_is_none(limits, told):
    with pytest.raises(SettingError) as error:
        Uniform(**limits)
    assert str(error.value) == f"uniform: low and high must be finite and low <= high, got {told}"
