"""BCM networks written out in NumPy against the whole framework, step by step."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import bcm82, ic92, lc94
from plasticity_plugins.thresholds.mean_square import BatchMean, MovingAverage
from plasticity_plugins.thresholds.moments import PowerOfMean
from tests.support.following import follow

N_EPOCH, N_BATCH, BATCH, N_INPUT, N_NEURON = 5, 10, 8, 9, 6
SAMPLES = np.random.default_rng(12).random((N_BATCH * BATCH, N_INPUT))
RATE, MEMORY = 0.05, 0.9


def responses(weights, x, strength):
    """y = relu((1 - L)^-1 W x), and relu'(u)."""
    identity, ones = np.eye(N_NEURON), np.ones((N_NEURON, N_NEURON))
    current = np.linalg.solve(identity - strength * (ones - identity), weights @ x.T)
    return np.maximum(current, 0), current > 0


def paper(weights, batches, strength, memory=MEMORY):
    """theta_t = gamma theta_(t-1) + (1 - gamma) < y^2 >; dW = < y (y - theta_t) x / theta_t >."""
    path, theta = [], None
    for rows in batches:
        x = SAMPLES[rows]
        y, _ = responses(weights, x, strength)
        square = (y**2).mean(axis=1, keepdims=True)
        theta = square if theta is None else memory * theta + (1 - memory) * square
        phi = np.divide(y * (y - theta), theta, out=np.zeros(y.shape), where=theta > 0)
        weights = weights + RATE * phi @ x / len(x)
        path.append(weights)
    return path


def intrator_cooper(weights, batches, strength):
    """theta as in the paper; dW = < y (y - theta_t) sigma'(u) x >."""
    path, theta = [], None
    for rows in batches:
        x = SAMPLES[rows]
        y, slope = responses(weights, x, strength)
        square = (y**2).mean(axis=1, keepdims=True)
        theta = square if theta is None else MEMORY * theta + (1 - MEMORY) * square
        weights = weights + RATE * (y * (y - theta) * slope) @ x / len(x)
        path.append(weights)
    return path


def bienenstock(weights, batches, strength):
    """theta = (m / y0)^p, where m follows < y >; dW = < y (y - theta) x >."""
    path, mean = [], None
    for rows in batches:
        x = SAMPLES[rows]
        y, _ = responses(weights, x, strength)
        first = y.mean(axis=1, keepdims=True)
        mean = first if mean is None else MEMORY * mean + (1 - MEMORY) * first
        weights = weights + RATE * (y * (y - (mean / 0.8) ** 2)) @ x / len(x)
        path.append(weights)
    return path


def published_code(weights, batches, strength):
    """The threshold that the published code hands to its rule: < y^2 > of the batch."""
    return paper(weights, batches, strength, memory=0)


@pytest.mark.parametrize("strength", [0.0, -0.05, 0.1])
@pytest.mark.parametrize(
    ("rule", "threshold", "written_out", "fuse"),
    [
        (lc94(), MovingAverage(memory=MEMORY), paper, "never"),
        (lc94(), BatchMean(), published_code, "never"),
        (ic92(), MovingAverage(memory=MEMORY), intrator_cooper, "never"),
        (bcm82(), PowerOfMean(memory=MEMORY, reference=0.8), bienenstock, "never"),
        (lc94(), MovingAverage(memory=MEMORY), paper, "always"),
    ],
)
def test_the_framework_follows_the_written_out_network_for_50_steps(
    rule, threshold, written_out, fuse, strength
):
    experiment = Experiment(
        data=Data(SAMPLES),
        layers=(
            Layer(
                neurons=N_NEURON,
                rule=rule,
                threshold=threshold,
                lateral=UniformLateral(strength=strength),
                activation=Relu(),
                initializer=Normal(mean=0.1, std=0.3),
                optimizer=SGD(rate=RATE),
            ),
        ),
        epochs=N_EPOCH,
        batch_size=BATCH,
        dtype="float64",
        fuse=fuse,
        seed=6,
    )
    run = follow(experiment)
    assert len(run.weights) == 50
    expected = written_out(run.start, run.rows, strength)
    assert np.ptp(expected[-1] - run.start) > 0.1  # it learns, and stays of moderate size
    assert np.abs(expected[-1]).max() < 10
    np.testing.assert_allclose(run.weights, expected, rtol=0, atol=1e-10)
