"""The published loop of Krotov & Hopfield, in NumPy, against the whole framework, step by step."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import LinearToZero
from plasticity_plugins.transforms.updates import MaxAbs
from tests.support.following import follow

N_EPOCH, N_BATCH, BATCH, N_INPUT, N_UNIT = 5, 10, 12, 9, 8
SAMPLES = np.random.default_rng(11).random((N_BATCH * BATCH, N_INPUT))


def published_loop(weights, batches, power, rank, delta, rate):
    """The weights after each step; the sums are over the batch, as published.

    I = sign(W) |W|^(p-1) V; g is 1 for the unit with the largest I and -delta for the one ranked
    k; ds = g V^T - (sum_b g I) W; W += epsilon ds / max |ds|; epsilon falls per epoch.
    """
    path = []
    for step, rows in enumerate(batches):
        epsilon = rate * (1 - (step // N_BATCH) / N_EPOCH)
        v = SAMPLES[rows].T
        current = np.sign(weights) * np.abs(weights) ** (power - 1) @ v
        order = np.argsort(current, axis=0)
        g = np.zeros(current.shape)
        columns = np.arange(current.shape[1])
        g[order[-1], columns] = 1
        g[order[-rank], columns] = -delta
        ds = g @ v.T - np.sum(g * current, axis=1)[:, np.newaxis] * weights
        weights = weights + epsilon * ds / max(np.abs(ds).max(), 1e-30)
        path.append(weights)
    return path


@pytest.mark.parametrize(
    ("power", "rank", "fuse"),
    [
        (2, 2, "never"),
        (2, 7, "never"),
        (3, 2, "never"),
        (3, 7, "never"),
        (2.5, 3, "never"),
        (3, 7, "always"),
    ],
)
def test_the_framework_follows_the_published_loop_for_50_steps(power, rank, fuse):
    experiment = Experiment(
        data=Data(SAMPLES),
        layers=(
            Layer(
                neurons=N_UNIT,
                rule=KrotovHopfield(power=power, rank=rank, anti_hebbian=0.4),
                activation=Relu(),
                initializer=Normal(),
                transforms=(MaxAbs(),),
                optimizer=SGD(rate=0.04),
                schedule=LinearToZero(),
            ),
        ),
        epochs=N_EPOCH,
        batch_size=BATCH,
        dtype="float64",
        fuse=fuse,
        seed=5,
    )
    run = follow(experiment)
    published = published_loop(run.start, run.rows, power, rank, 0.4, 0.04)
    assert len(run.weights) == 50
    np.testing.assert_allclose(run.weights, published, rtol=0, atol=1e-10)
