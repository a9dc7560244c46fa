"""Whoever looks at a run in the middle of it, by whichever way, changes no bit of it."""

import numpy as np
import pytest
from numba import njit

import plasticity as pl
from plasticity import Data, Experiment, Kernel, Stream, Variable, assemble, component, hookimpl
from plasticity.testing.stand_ins import MeanResponse
from tests.support.fused import assert_same_bits, kept, layer

SAMPLES = np.random.default_rng(3).random((40, 6))
OTHERS = np.random.default_rng(4).random((5, 6))


@component
class Delays:
    """A synapse whose inputs arrive one sample late."""

    last = Variable(("input",), description="the sample before")

    @hookimpl
    def compute_current(self, weights, x, current):
        shown = np.vstack([self.last, x[:-1]])
        self.last[...] = x[-1]
        return np.dot(weights, shown.T, out=current)


@njit(fastmath=False)
def smoothed(x, step, sample, mean):
    for j in range(len(x)):
        mean[j] += np.float32(0.25) * (x[j] - mean[j])
        x[j] = mean[j]


@component
class Smooth:
    """A low-pass encoder that does not take the clock."""

    mean = Variable(("input",), description="mean input with a fading memory")
    kernels = (Kernel("encode", smoothed, arrays=("mean",), ordered=True),)

    @hookimpl
    def encode(self, x):
        for sample in x:
            smoothed(sample, 0, 0, self.mean)


@njit(fastmath=False)
def adapted(current, a):
    for s in range(current.shape[1]):
        for i in range(len(a)):
            current[i, s] -= a[i]
            a[i] = np.float32(0.9) * a[i] + np.float32(0.1) * current[i, s]


@component
class Adaptation:
    """Neurons that tire: a fading mean of the current is taken off it."""

    a = Variable(("neuron",), description="adaptation")
    kernels = (Kernel("shape_current", adapted, parameters=lambda self, batch: (self.a,)),)

    @hookimpl
    def shape_current(self, current):
        adapted(current, self.a)


@component
class Noisy:
    """An activation with noise."""

    rng = Stream()

    @hookimpl
    def activate(self, current, activity):
        noise = self.rng.standard_normal(current.shape, dtype=current.dtype)
        return np.add(current, noise, out=activity)


WITH_STATE = {
    "delays": {"synapse": Delays()},
    "smooth": {"encoders": (Smooth(),)},
    "adaptation": {"lateral": Adaptation()},
    "noisy": {"activation": Noisy()},
}


class Asks:
    """A listener that lets the layers respond every so many steps."""

    def __init__(self, every=7):
        self.every = every
        self.answers = []

    @hookimpl
    def step_finished(self):
        self.answers.append(self.simulation.respond(OTHERS))


def made(parts, data=None, metrics=(), listeners=(), **changes):
    parts = dict(parts)
    encoders = parts.pop("encoders", ())
    changes = {"batch_size": 1, "epochs": 2, "seed": 2, "fuse": "never"} | changes
    layers = changes.pop("layers", (layer(**parts),))
    data = Data(SAMPLES) if data is None else data
    simulation = assemble(
        Experiment(data=data, layers=layers, encoders=encoders, metrics=metrics, **changes),
        listeners,
    )
    for listener in listeners:
        listener.simulation = simulation
    return simulation


def ended(*parts, **changes):
    simulation = made(*parts, **changes)
    simulation.run()
    return simulation


def assert_alike(one, other):
    assert_same_bits(kept(one), kept(other))
    streams = [
        {state: found["streams"] for state, found in each.snapshot().items()}
        for each in (one, other)
    ]
    assert streams[0] == streams[1]


@pytest.mark.parametrize("parts", WITH_STATE.values(), ids=WITH_STATE)
def test_an_epoch_of_digits_ends_alike_however_often_it_is_measured(parts):
    digits = {"data": "digits", "epochs": 1, "metrics": (MeanResponse(),), "measure_samples": 30}
    measured = ended(parts, **digits, measure_every=7)
    assert_alike(measured, ended(parts, **digits, measure_every=0))


@pytest.mark.parametrize("parts", WITH_STATE.values(), ids=WITH_STATE)
def test_a_listener_that_lets_the_layers_respond_changes_nothing(parts):
    asks = Asks()
    assert_alike(ended(parts, listeners=[asks]), ended(parts))
    assert len(asks.answers) == 11


def test_compiled_runs_end_alike_too():
    parts = {"lateral": Adaptation(), "encoders": (Smooth(),)}
    asks = Asks()
    looked_at = ended(
        parts, metrics=(MeanResponse(),), measure_every=3, listeners=[asks], fuse="always"
    )
    assert looked_at.explain_step(looked_at.layers[0]) is None
    assert_alike(looked_at, ended(parts, fuse="always"))
    np.testing.assert_allclose(
        looked_at.layers[0].arrays["weights"],
        ended(parts).layers[0].arrays["weights"],
        rtol=1e-4,
        atol=1e-6,
    )


def test_each_evaluation_begins_with_the_state_of_the_step_and_goes_on_through_its_samples():
    simulation = ended({"lateral": Adaptation()})
    weights = simulation.layers[0].arrays["weights"]
    a = simulation.layers[0].components["layers[0].lateral"].a
    expected = weights @ OTHERS.astype(np.float32).T
    adapted(expected, a.copy())
    found = simulation.respond(OTHERS)
    np.testing.assert_allclose(found, np.maximum(expected, 0), rtol=1e-6)
    assert simulation.respond(OTHERS).tobytes() == found.tobytes()


def test_samples_of_several_blocks_are_one_evaluation():
    many = np.random.default_rng(6).random((2100, 6))
    simulation = ended({"synapse": Delays()})
    found = simulation.respond(many)
    late = simulation.layers[0].arrays["weights"] @ many[:-1].astype(np.float32).T
    np.testing.assert_allclose(found[:, 1:], np.maximum(late, 0), rtol=1e-5, atol=1e-7)


def test_a_component_that_raises_while_it_responds_leaves_its_state_as_it_was():
    class Falls(Adaptation):
        @hookimpl
        def shape_current(self, current):
            self.a += 1
            raise ValueError("no")

    simulation = made({"lateral": component(Falls)()})
    with pytest.raises(pl.errors.ComponentError):
        simulation.respond(OTHERS)
    assert not simulation.layers[0].components["layers[0].lateral"].a.any()


def test_an_upper_layer_that_looks_at_the_training_samples_changes_no_state_of_those_below():
    looked = []

    @component
    class Looks:
        @hookimpl
        def init_state(self, weights, inputs):
            looked.append([inputs.take(slice(0, 3)) for _ in range(2)])
            weights.fill(0.1)

    layers = layer(lateral=Adaptation()), layer(initializer=Looks())
    simulation = made({}, layers=layers)
    assert looked[0][0].tobytes() == looked[0][1].tobytes()
    assert not simulation.layers[0].components["layers[0].lateral"].a.any()


def test_tracing_lets_metrics_see_what_they_see_without_it(monkeypatch):
    @component
    class Noise:
        rng = Stream()

        @hookimpl
        def encode(self, x):
            x += self.rng.random(x.shape)

    parts = {"encoders": (Noise(), Smooth())}
    expected = made(parts).respond(OTHERS)
    monkeypatch.setenv("PLASTICITY_TRACE", "1")
    assert made(parts).respond(OTHERS).tobytes() == expected.tobytes()
