"""What BCM neurons must converge to."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import bcm82, ic92, lc94
from plasticity_plugins.thresholds.mean_square import BatchMean, MovingAverage
from plasticity_plugins.thresholds.moments import PowerOfMean
from tests.support.following import follow


def final_responses(patterns, rule, threshold, *, epochs, batch_size, seed, rate=0.05):
    """The responses of one rectified neuron to the patterns, after training."""
    experiment = Experiment(
        data=Data(patterns),
        layers=(
            Layer(
                neurons=1,
                rule=rule,
                threshold=threshold,
                activation=Relu(),
                initializer=Normal(mean=0.5, std=0.1),
                optimizer=SGD(rate=rate),
            ),
        ),
        epochs=epochs,
        batch_size=batch_size,
        dtype="float64",
        seed=seed,
    )
    return np.maximum(patterns @ follow(experiment).weights[-1][0], 0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rule", [lc94(), ic92()])
@pytest.mark.parametrize("n_pattern", [2, 3])
def test_a_neuron_selects_one_of_orthogonal_patterns_with_response_1_over_its_probability(
    rule, n_pattern, seed
):
    """Castellani et al. (1999), here for K orthonormal patterns of probability 1/K.

    Let y_k = w . x_k. Since dw = sum_k (1/K) phi(y_k) x_k and the patterns are orthonormal,
    dy_k = (1/K) phi(y_k), with phi = y (y - theta), up to a factor 1 / theta > 0, and
    theta = E[y^2] = (1/K) sum_k y_k^2. At a fixed point each y_k is 0 or theta. If m of them are
    theta, then theta = (m/K) theta^2, so theta = K/m.

    Stability, where y_k = theta > 0: d phi(y_k) / d y_l = theta delta_kl - (2/K) theta^2, which in
    the space of the m active responses is theta (1 - (2/m) J) with J all ones: eigenvalue -theta
    along (1, ..., 1) and +theta across it. So m = 1 alone is stable: y = K = 1 / probability for
    one pattern. For the silent ones phi'(0) = -theta < 0. The origin is left: there theta is of
    order y^2, so phi = y^2 - y theta > 0.
    """
    patterns = np.eye(n_pattern)
    final = final_responses(
        patterns, rule, BatchMean(), epochs=3000, batch_size=n_pattern, seed=seed
    )
    expected = np.zeros(n_pattern)
    expected[np.argmax(final)] = n_pattern
    np.testing.assert_allclose(final, expected, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_holds_for_patterns_that_are_oblique_in_the_inputs(seed):
    """The derivation needs orthogonal patterns only, not patterns along the inputs."""
    patterns = np.array([[0.6, 0.8], [0.8, -0.6]])
    final = final_responses(patterns, lc94(), BatchMean(), epochs=3000, batch_size=2, seed=seed)
    np.testing.assert_allclose(sorted(final), [0, 2], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_sample_by_sample_with_a_memory_the_response_is_1_over_the_probability(seed):
    """The threshold follows E[y^2] up to fluctuations of the order of (1 - memory) theta."""
    threshold = MovingAverage(memory=0.998)
    final = final_responses(
        np.eye(2), lc94(), threshold, epochs=5000, batch_size=1, seed=seed, rate=0.002
    )
    np.testing.assert_allclose(sorted(final), [0, 2], atol=0.02)


def test_with_the_threshold_of_1982_the_response_is_the_square_over_the_probability():
    """theta = (E[y] / y0)^2 = (y / (2 y0))^2 = y for the chosen of two patterns, so y = 4 y0^2."""
    threshold = PowerOfMean(memory=0, reference=0.7)
    final = final_responses(np.eye(2), bcm82(), threshold, epochs=3000, batch_size=2, seed=1)
    np.testing.assert_allclose(sorted(final), [0, 4 * 0.7**2], atol=1e-6)
