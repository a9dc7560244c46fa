"""A run with every kind of state, recorded at each step: what the tests of the store carry out."""

import logging

import numpy as np
import pytest

from plasticity import Storage, Stream, Variable, assemble, component, hookimpl, open_run
from plasticity.errors import StoreError
from tests.support.toys import experiment, layer


@component
class Momentum:
    """v <- 0.9 v + dW, W <- W + 0.01 v: an optimizer with a state of its own."""

    velocity = Variable(("neuron", "input"), description="velocity")

    @hookimpl
    def apply_update(self, weights, update):
        self.velocity *= self.velocity.dtype.type(0.9)
        self.velocity += update
        weights += weights.dtype.type(0.01) * self.velocity
        return weights


@component
class Follows:
    """Threshold that follows the activity."""

    @hookimpl
    def estimate_threshold(self, activity, threshold):
        threshold += (activity.mean(axis=1) - threshold) / 8
        return threshold


@component
class Noise:
    """Inputs that are never the same again."""

    rng = Stream()

    @hookimpl
    def encode(self, x):
        x += self.rng.normal(0, 0.01, x.shape).astype(x.dtype)


@component
class Norm:
    """A measurement for each neuron."""

    @hookimpl
    def measure(self, weights):
        return {"norm": np.linalg.norm(weights, axis=1)}


class Takes:
    """Records weights and threshold of each layer after each step."""

    def __init__(self, names=("weights", "threshold")):
        self.names = names

    @hookimpl
    def run_started(self, store):
        self.store, self.recordings = store, {}

    @hookimpl
    def step_finished(self, layer):
        if layer.name not in self.recordings:
            self.recordings[layer.name] = self.store.record(layer, self.names)
        self.recordings[layer.name].take()


class Meets:
    """Does something right after a step of a layer, when all that came before is written."""

    def __init__(self, step, do, layer="layer_0"):
        self.step, self.do, self.layer = step, do, layer

    @hookimpl
    def run_started(self, store):
        self.store = store

    @hookimpl
    def step_finished(self, layer, clock):
        if clock.step == self.step and layer.name == self.layer:
            self.store.flush()
            self.do()


def learning(**changes):
    """A layer with thresholds and an optimizer that keeps an array of its own."""
    return layer(**{"optimizer": Momentum(), "threshold": Follows()} | changes)


def simulation(*layers, takes=("weights", "threshold"), listeners=(), storage=None, **changes):
    """Epochs of 4 steps, a state every 5 steps and at the end."""
    spec = {
        "epochs": 4,
        "encoders": [Noise()],
        "metrics": [Norm()],
        "measure_every": 4,
        "storage": Storage(**{"checkpoint": 5} | (storage or {})),
    }
    made = experiment(*(layers or (learning(),)), **spec | changes)
    return assemble(made, [Takes(takes), *listeners])


def left_by(place):
    """All that a run leaves behind, in the words of its store."""
    run = open_run(place)
    found = {"outcome": run.outcome}
    for name in run.layers:
        for group in ("trajectory", "metrics", "state"):
            found[f"{name}/{group}"] = run.store.dataset(f"{name}/{group}").load()
    return found


def assert_same(found, expected):
    """Bit for bit, labels included."""
    assert list(found) == list(expected)
    for name, content in expected.items():
        if isinstance(content, str):
            assert found[name] == content
        else:
            assert found[name].identical(content), name


def message(call, *arguments, error=StoreError, **how):
    """What an error says."""
    with pytest.raises(error) as caught:
        call(*arguments, **how)
    return str(caught.value)


def warnings_in(caplog):
    """What was logged as a warning, in order."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
