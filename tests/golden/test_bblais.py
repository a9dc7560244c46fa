"""The step of Blais's simulator, in its order, against the whole framework, sample by sample."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.constraints.bounds import Bounds, KeepSign
from plasticity_plugins.constraints.scaling import ChannelNorm, RowNorm
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import bblais, bblais_law_cooper
from plasticity_plugins.thresholds.mean_square import BlaisTau
from plasticity_plugins.transforms.updates import OjaStabilizer, WeightDecay
from tests.support.following import follow

N_INPUT, N_NEURON, ETA, TAU, GAMMA, OFFSET = 8, 5, 0.04, 20.0, 0.3, 0.1
TOP, BOTTOM = 0.4, -0.5
SAMPLES = np.random.default_rng(13).normal(size=(40, N_INPUT)) / 2

STABILIZERS = {
    0: {},
    2: {"constraints": (RowNorm(),)},
    3: {"constraints": (Bounds(low=BOTTOM, high=TOP),)},
    4: {"transforms": (WeightDecay(rate=GAMMA),)},
    5: {"constraints": (KeepSign(), Bounds(low=BOTTOM, high=TOP))},
    6: {"transforms": (WeightDecay(rate=GAMMA),), "constraints": (Bounds(low=BOTTOM, high=TOP),)},
    7: {"constraints": (Bounds(low=0), RowNorm())},
    8: {"constraints": (Bounds(low=BOTTOM, high=TOP), ChannelNorm())},
}


def experiment(rule, fuse="never", rate=ETA, **parts):
    layer = Layer(
        neurons=N_NEURON,
        rule=rule,
        threshold=BlaisTau(tau=TAU, reference=0.9, initial=0.015),
        activation=Linear(),
        initializer=Normal(mean=0.2, std=0.3),
        optimizer=SGD(rate=rate),
        **parts,
    )
    return Experiment(
        data=Data(SAMPLES), layers=(layer,), epochs=2, batch_size=1, dtype="float64", fuse=fuse
    )


def simulator(w, rows, stabilizer, divided, offset=0.0, eta=ETA):
    """The weights after each sample: y, phi with the old theta, w, theta, stabilizer."""
    w, theta, path = w.copy(), np.full(N_NEURON, 0.015), []
    decay = GAMMA if stabilizer in (4, 6) else 0
    for row in rows:
        x, old = SAMPLES[row], w.copy()
        for n in range(N_NEURON):
            y = w[n] @ x
            z = y - offset
            phi = eta * z * (z - theta[n]) / (theta[n] if divided else 1)
            w[n] = w[n] + phi * x - eta * decay * w[n]
            theta[n] = theta[n] + (y * y / 0.9 - theta[n]) / TAU
            if stabilizer == 1:
                w[n] = w[n] - phi * y * w[n]
            if stabilizer == 5:
                crossed = w[n] * old[n] < 0
                w[n][crossed] = old[n][crossed]
            if stabilizer in (3, 5, 6, 8):
                w[n] = np.clip(w[n], BOTTOM, TOP)
            if stabilizer == 7:
                w[n][w[n] < 0] = 0
            if stabilizer in (2, 7):
                w[n] = w[n] / np.sqrt((w[n] ** 2).sum())
            if stabilizer == 8:
                norm = np.sqrt((w[n] ** 2).sum())
                for channel in (w[n][: N_INPUT // 2], w[n][N_INPUT // 2 :]):
                    channel *= norm / np.sqrt((channel**2).sum()) / np.sqrt(2)
        path.append(w.copy())
    return path


def compare(run, expected):
    moved = np.ptp(np.array(expected) - run.start)
    assert 0.01 < moved < 10  # it learns, and stays of moderate size
    np.testing.assert_allclose(run.weights, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("stabilizer", STABILIZERS)
def test_the_framework_follows_the_simulator_with_each_stabilizer(stabilizer):
    run = follow(experiment(bblais(), **STABILIZERS[stabilizer]))
    rows = np.concatenate(run.rows)
    assert len(rows) == 80
    compare(run, simulator(run.start, rows, stabilizer, divided=False))


@pytest.mark.parametrize(("rule", "divided"), [(bblais, False), (bblais_law_cooper, True)])
def test_an_activity_at_rest_and_a_decay_of_the_rule_are_those_of_the_simulator(rule, divided):
    run = follow(
        experiment(rule(offset=OFFSET, decay=GAMMA), constraints=(Bounds(low=BOTTOM, high=TOP),))
    )
    compare(run, simulator(run.start, np.concatenate(run.rows), 6, divided, OFFSET))


def test_a_compiled_stretch_follows_the_simulator_too():
    rule = bblais(offset=OFFSET, decay=GAMMA)
    run = follow(experiment(rule, "always", constraints=(Bounds(low=BOTTOM, high=TOP),)))
    compare(run, simulator(run.start, np.concatenate(run.rows), 6, False, OFFSET))


def test_the_stabilizer_of_oja_differs_from_the_simulator_in_the_second_order_of_the_rate():
    differences = []
    for rate in (4e-3, 1e-3):
        run = follow(experiment(bblais(), rate=rate, transforms=(OjaStabilizer(),)))
        expected = simulator(run.start, np.concatenate(run.rows), 1, divided=False, eta=rate)
        differences.append(np.abs(run.weights[0] - expected[0]).max())
    # The difference of one step is rate^2 times a constant: a quarter of the rate, a 16th of it.
    assert differences[0] > 0
    np.testing.assert_allclose(differences[1], differences[0] / 16, rtol=1e-6)
