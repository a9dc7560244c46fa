"""What Oja's neurons must converge to."""

import numpy as np

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.correlation import oja
from tests.support.following import follow


def test_a_linear_neuron_converges_to_the_first_principal_component():
    """Oja (1982): dw = C w - (w . C w) w with C = E[x x^T], so w goes to its first eigenvector.

    The samples are all of one batch, so the expectation is exact and w converges to rounding.
    """
    rng = np.random.default_rng(41)
    samples = rng.normal(size=(200, 5)) * [2.0, 1.4, 1.0, 0.7, 0.3] @ rng.normal(size=(5, 5))
    samples -= samples.mean(axis=0)
    experiment = Experiment(
        data=Data(samples),
        layers=(
            Layer(
                neurons=2,
                rule=oja(),
                activation=Linear(),
                initializer=Normal(std=0.1),
                optimizer=SGD(rate=0.02),
            ),
        ),
        epochs=2000,
        batch_size=200,
        dtype="float64",
        seed=7,
    )
    weights = follow(experiment).weights[-1]
    _, vectors = np.linalg.eigh(samples.T @ samples / len(samples))
    component = vectors[:, -1]
    expected = np.sign(weights @ component)[:, np.newaxis] * component
    np.testing.assert_allclose(weights, expected, rtol=0, atol=1e-9)
