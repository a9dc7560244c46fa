"""The other rules called BCM, written out in NumPy, against the whole framework, step by step."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.sigmoids import Logistic
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import bcm8292, ic92_without_slope, nc_reference
from plasticity_plugins.thresholds.mean_square import BatchMean, MovingAverage
from plasticity_plugins.thresholds.moments import PowerOfMoment
from tests.support.following import follow

N_EPOCH, N_BATCH, BATCH, N_INPUT, N_NEURON = 5, 10, 8, 9, 6
SAMPLES = np.random.default_rng(14).random((N_BATCH * BATCH, N_INPUT))
RATE, MEMORY = 0.5, 0.9


def stepped(weights, batches, phi):
    """The weights after each batch; phi of (y, what went before) gives phi and what goes on."""
    path, kept = [], None
    for rows in batches:
        x = SAMPLES[rows]
        y = 1 / (1 + np.exp(-weights @ x.T))
        change, kept = phi(y, kept)
        weights = weights + RATE * change @ x / len(x)
        path.append(weights)
    return path


def fading(now, kept):
    return now if kept is None else MEMORY * kept + (1 - MEMORY) * now


def intrator_cooper(y, kept):
    """y (y - theta), theta the fading mean of y^2, and no slope of the activation."""
    theta = fading((y * y).mean(axis=1, keepdims=True), kept)
    return y * (y - theta), theta


def bridge(y, kept):
    """y (y - theta), theta = E[y^(1 + alpha)]^(2 - alpha) with alpha = 0.3."""
    moment = fading((y**1.3).mean(axis=1, keepdims=True), kept)
    return y * (y - moment**1.7), moment


def reference(y, kept):
    """y (y - theta) / (theta + 1e-30), theta the mean of y^2 over the batch."""
    theta = (y * y).mean(axis=1, keepdims=True)
    return y * (y - theta) / (theta + 1e-30), kept


@pytest.mark.parametrize(
    ("rule", "threshold", "phi", "fuse"),
    [
        (ic92_without_slope(), MovingAverage(memory=MEMORY), intrator_cooper, "never"),
        (bcm8292(), PowerOfMoment(memory=MEMORY, alpha=0.3), bridge, "never"),
        (bcm8292(), PowerOfMoment(memory=MEMORY, alpha=0.3), bridge, "always"),
        (nc_reference(), BatchMean(), reference, "never"),
    ],
)
def test_the_framework_follows_the_written_out_network_for_50_steps(rule, threshold, phi, fuse):
    layer = Layer(
        neurons=N_NEURON,
        rule=rule,
        threshold=threshold,
        activation=Logistic(),
        initializer=Normal(std=0.3),
        optimizer=SGD(rate=RATE),
    )
    experiment = Experiment(
        data=Data(SAMPLES),
        layers=(layer,),
        epochs=N_EPOCH,
        batch_size=BATCH,
        dtype="float64",
        fuse=fuse,
        seed=6,
    )
    run = follow(experiment)
    assert len(run.weights) == 50
    expected = stepped(run.start, run.rows, phi)
    assert 0.1 < np.ptp(expected[-1] - run.start) < 10  # it learns, and stays of moderate size
    np.testing.assert_allclose(run.weights, expected, rtol=0, atol=1e-10)
