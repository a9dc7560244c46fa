"""The rules of projection pursuit: their twins, and the indices that they must ascend."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import MissingPartError
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.constraints.scaling import RowNorm
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import ic92
from plasticity_plugins.rules.projection_pursuit import intrator, k1, k2, s1, s2
from plasticity_plugins.thresholds.mean_square import MovingAverage
from plasticity_plugins.thresholds.moments import Moments
from tests.naive.rules import naive_pursuit
from tests.support.following import follow
from tests.support.fused import assert_as_planned, layer
from tests.support.rule_updates import update_of

RULES = {"intrator": intrator, "s1": s1, "s2": s2, "k1": k1, "k2": k2}

# The index of each rule from E[y^2], E[y^3], E[y^4], and how much larger its gradient is than dw.
INDICES = {
    "ic92": (ic92, lambda m2, m3, m4: m3 / 3 - m2**2 / 4, 1),
    "intrator": (intrator, lambda m2, m3, m4: (m3 - m2**2) / 3, 1),
    "s1": (s1, lambda m2, m3, m4: m3 / m2**1.5, 3),
    "s2": (s2, lambda m2, m3, m4: m3 - m2**1.5, 3),
    "k1": (k1, lambda m2, m3, m4: m4 / m2**2, 4),
    "k2": (k2, lambda m2, m3, m4: m4 - 3 * m2**2, 4),
}


def moments(activity):
    return [(activity.astype(float) ** power).mean(axis=1) for power in (2, 3, 4)]


@pytest.mark.parametrize("name", RULES)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.sampled_from(["float32", "float64"]))
def test_the_rule_equals_its_twin(name, seed, n_sample, dtype):
    rng = np.random.default_rng(seed)
    weights, x = rng.normal(size=(3, 4)).astype(dtype), rng.normal(size=(n_sample, 4)).astype(dtype)
    activity = rng.uniform(-1, 2, (3, n_sample)).astype(dtype)
    slope = rng.uniform(0, 1, (3, n_sample)).astype(dtype)
    second, third, fourth = (
        np.asarray(rng.uniform(*limits, 3), dtype) for limits in ((0.3, 2), (-2, 2), (0.2, 4))
    )
    update = update_of(
        RULES[name](),
        weights=weights,
        x=x,
        activity=activity,
        slope=slope,
        threshold=second,
        third_moment=third,
        fourth_moment=fourth,
    )
    expected = naive_pursuit(name, weights, x, activity, slope, second, third, fourth)
    # Up to 0.3^-2 times numbers of size 4 in the arithmetic of the layer.
    tolerance = {"float32": 1e-4, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(update, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", INDICES)
def test_the_rule_ascends_the_gradient_of_its_index(name):
    """By differences of the index of a nonlinear neuron, whatever the formula of the rule."""
    make, index, factor = INDICES[name]
    rng = np.random.default_rng(6)
    weights, x = rng.normal(size=(2, 3)), rng.normal(size=(50, 3))

    def of_weights(weights):
        return index(*moments(np.tanh(weights @ x.T + 0.2)))

    activity = np.tanh(weights @ x.T + 0.2)
    second, third, fourth = moments(activity)
    update = update_of(
        make(),
        weights=weights,
        x=x,
        activity=activity,
        slope=1 - activity**2,
        threshold=second,
        third_moment=third,
        fourth_moment=fourth,
    )
    step = 1e-5
    for i, j in np.ndindex(weights.shape):
        moved = step * (np.arange(6).reshape(2, 3) == 3 * i + j)
        difference = (of_weights(weights + moved) - of_weights(weights - moved))[i] / (2 * step)
        # A central difference is wrong by the order of the square of the step.
        assert factor * update[i, j] == pytest.approx(difference, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("rule", [s1(), k1()])
def test_a_silent_neuron_does_not_learn_by_an_index_that_divides(rule):
    silent = np.zeros((1, 2))
    update = update_of(
        rule,
        weights=np.ones((1, 3)),
        x=np.ones((2, 3)),
        activity=silent,
        slope=silent,
        threshold=np.zeros(1),
        third_moment=np.zeros(1),
        fourth_moment=np.zeros(1),
    )
    assert np.array_equal(update, np.zeros((1, 3)))


def experiment(rule, threshold, samples, **parts):
    layer = Layer(
        neurons=1,
        rule=rule,
        threshold=threshold,
        activation=Linear(),
        initializer=Normal(),
        optimizer=SGD(rate=0.1),
        **parts,
    )
    return Experiment(
        data=Data(samples), layers=(layer,), epochs=150, batch_size=len(samples), dtype="float64"
    )


@pytest.mark.parametrize("name", ["s1", "s2", "k1", "k2"])
def test_a_neuron_of_unit_norm_finds_the_direction_of_its_index(name):
    """One source is skewed or heavy-tailed, three are Gaussian; all are white and rotated."""
    rng = np.random.default_rng(9)
    sources = rng.normal(size=(4000, 4))
    sources[:, 0] = rng.gamma(2.0, size=4000) if name[0] == "s" else rng.laplace(size=4000)
    sources -= sources.mean(axis=0)
    white = np.linalg.qr(sources)[0] * np.sqrt(4000)
    # Turned so that the first weights see the skewness with its sign: its gradient is 0 across it.
    rotation = -np.linalg.qr(rng.normal(size=(4, 4)))[0]
    parts = {"threshold": Moments(memory=0), "constraints": (RowNorm(),)}
    run = follow(experiment(RULES[name](), samples=white @ rotation.T, **parts))
    direction = run.weights[-1][0] @ rotation
    # 4000 samples give the other sources a skewness and a kurtosis of a few hundredths.
    assert abs(direction[0]) > 0.99


@pytest.mark.parametrize("batch_size", [1, 7])
def test_moments_and_the_rules_that_divide_by_them_are_compiled_as_planned(batch_size):
    parts = {"threshold": Moments(), "constraints": (RowNorm(),)}
    assert_as_planned(layer(rule=s1() + 0.5 * k1(), **parts), batch_size=batch_size, epochs=1)


def test_the_rules_that_divide_say_what_they_miss_beside_another_threshold():
    with pytest.raises(MissingPartError) as caught:
        assemble(experiment(s1(), MovingAverage(), np.ones((2, 3))))
    assert str(caught.value).startswith(
        "layers[0].rule 's1' reads 'third_moment', which no component of layer_0 writes"
    )
