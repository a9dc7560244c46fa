"""Steps a second with one sample a step, against a loop written by hand for this one rule.

    pytest -n 0 tests/benchmarks/test_online.py -s

Not part of the test run: a busy machine would fail it.
"""

from time import perf_counter

import numpy as np
import pytest
from numba import njit

import plasticity as pl

BAR = 0.8  # of the speed of the loop by hand
MEMORY, RATE = np.float32(0.99), np.float32(1e-6)


@njit(error_model="numpy", fastmath={"reassoc", "contract"})
def by_hand(samples, order, weights, threshold, memory, rate):
    n_neuron, n_input = weights.shape
    for r in order:
        for i in range(n_neuron):
            u = np.float32(0)
            for j in range(n_input):
                u += weights[i, j] * samples[r, j]
            y = u if u > 0 else np.float32(0)
            theta = memory * threshold[i] + (np.float32(1) - memory) * y * y
            threshold[i] = theta
            gain = rate * (y * (y - theta) / theta if theta > 0 else np.float32(0))
            for j in range(n_input):
                weights[i, j] += gain * samples[r, j]


class Stopwatch:
    """Times a run from its first step to its last."""

    every = 10**9

    @pl.hookimpl
    def run_started(self):
        self.begin = perf_counter()

    @pl.hookimpl
    def run_finished(self):
        self.seconds = perf_counter() - self.begin


def by_plasticity(samples, n_neuron, epochs):
    """Steps a second; the first run compiles."""
    layer = pl.Layer(
        neurons=n_neuron,
        rule="lc94",
        activation="relu",
        threshold={"name": "moving_average", "memory": float(MEMORY)},
        optimizer={"name": "sgd", "rate": float(RATE)},
        initializer={"name": "normal", "std": 0.1},
    )
    given = {"data": pl.Data(samples), "batch_size": 1, "epochs": epochs, "fuse": "always"}
    watch = Stopwatch()
    for _ in range(2):
        pl.assemble(pl.Experiment(layers=[layer], **given), [watch]).run()
    return len(samples) * epochs / watch.seconds


@pytest.mark.parametrize(
    ("n_input", "n_neuron"), [(2, 1), (169, 1), (169, 10), (784, 10), (784, 100)]
)
def test_a_compiled_stretch_is_nearly_as_fast_as_a_loop_by_hand(n_input, n_neuron):
    steps = min(4_000_000, 500_000_000 // (n_input * n_neuron))
    n_sample = min(steps, 100_000_000 // n_input, 200_000)
    epochs = max(1, steps // n_sample)
    rng = np.random.default_rng(0)
    samples = rng.random((n_sample, n_input), np.float32)

    found = by_plasticity(samples, n_neuron, epochs)
    weights = rng.normal(0, 0.1, (n_neuron, n_input)).astype(np.float32)
    state = weights, np.ones(n_neuron, np.float32), MEMORY, RATE
    by_hand(samples, np.arange(10), *state)
    begin = perf_counter()
    for _ in range(epochs):
        by_hand(samples, rng.permutation(n_sample), *state)
    hand = n_sample * epochs / (perf_counter() - begin)
    print(f"\n{n_input} x {n_neuron}: {found:.3g} steps/s, by hand {hand:.3g}: {found / hand:.2f}")
    assert found >= BAR * hand
