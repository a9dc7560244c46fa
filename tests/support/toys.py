"""The smallest components that make a layer learn: tests of the framework need no plugins."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, Rule, Stream, assemble, component, hookimpl, setting
from plasticity.errors import ContractError

SAMPLES = np.random.default_rng(5).random((20, 4))


@component
class Identity:
    @hookimpl
    def activate(self, current, activity):
        activity[...] = current
        return activity


@component
class Plain:
    rate: float = setting(default=0.1, doc="learning rate")

    @hookimpl
    def apply_update(self, weights, update, clock):
        weights += update * weights.dtype.type(self.rate * clock.rate_factor)
        return weights


@component
class Small:
    rng = Stream()

    @hookimpl
    def init_state(self, weights):
        weights[...] = self.rng.random(weights.shape) / 10


@component
class ToyHebb(Rule):
    """phi = y, d = 0.1"""

    @hookimpl
    def modulate(self, activity, modulation, decay):
        modulation += activity
        decay += decay.dtype.type(0.1)


def layer(**changes):
    parts = {
        "neurons": 3,
        "rule": ToyHebb(),
        "activation": Identity(),
        "optimizer": Plain(),
        "initializer": Small(),
    }
    return Layer(**parts | changes)


def experiment(*layers, **changes):
    """20 samples of 4 inputs in 4 batches of 5; one epoch unless said otherwise."""
    parts = {"data": Data(SAMPLES), "layers": layers or (layer(),), "batch_size": 5, "seed": 3}
    return Experiment(**parts | changes)


def trained(*layers, listeners=(), **changes):
    """The simulation of such an experiment, after its run."""
    simulation = assemble(experiment(*layers, **changes), listeners)
    simulation.run()
    return simulation


def weights_of(simulation, index=0):
    return simulation.layers[index].arrays["weights"]


class Notes:
    """A listener that notes what an event hands over, every so many steps."""

    def __init__(self, every=1):
        self.every = every
        self.steps = []

    @hookimpl
    def step_finished(self, layer, clock):
        self.steps.append((layer.name, clock.step))


def by_hand(weights, batches, rate=0.1):
    """The weights after each batch, by the formula of ToyHebb."""
    for x in batches:
        y = weights @ x.T
        weights = weights + rate * (y @ x / len(x) - 0.1 * weights)
    return weights


def start_of(simulation, index=0):
    return weights_of(assemble(simulation.experiment), index)


class Draws:
    """Notes the inputs and the weights of every step."""

    def __init__(self):
        self.x, self.weights = [], []

    @hookimpl
    def step_finished(self, layer, x, weights):
        if layer.name == "layer_0":
            self.x.append(x.copy())
        self.weights.append((layer.name, weights.copy()))


@component
class Mean:
    @hookimpl
    def measure(self, responses):
        return {"mean": float(np.isfinite(responses).mean())}


def refusal(*layers, listeners=(), error=ContractError, **changes):
    """The message with which such an experiment is refused."""
    with pytest.raises(error) as caught:
        assemble(experiment(*layers, **changes), listeners)
    assert type(caught.value) is error
    return str(caught.value)
