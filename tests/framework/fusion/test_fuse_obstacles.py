"""Why a layer steps through the plan, told in one sentence."""

import pytest

from plasticity import Data, Experiment, Layer, assemble, component, hookimpl, rule
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.observers.recorder import Recorder
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.transforms.updates import MaxAbs
from tests.support.toys import SAMPLES, Identity, ToyHebb


@rule("winner", competitive=True)
def winner(u, phi):
    phi[u.argmax()] += 1


@component
class Shout:
    """Wraps an event."""

    @hookimpl(wrapper=True)
    def activate(self, current):
        return (yield)


@component
class Late(MaxAbs):
    """A transform that asks to be called last."""

    kernels = MaxAbs.kernels

    @hookimpl(trylast=True)
    def shape_update(self, update):
        update += 1


class LooksAtUpdate:
    @hookimpl
    def step_finished(self, update): ...


class Prunes:
    @hookimpl
    def constrain_weights(self, weights): ...


class WrapsListeners:
    @hookimpl(wrapper=True)
    def step_finished(self):
        return (yield)


def simulation(listeners=(), fuse="always", observers=(), **parts):
    parts = {
        "neurons": 3,
        "rule": oja(),
        "activation": Relu(),
        "optimizer": SGD(rate=0.1),
        "initializer": Normal(),
    } | parts
    experiment = Experiment(
        data=Data(SAMPLES), layers=(Layer(**parts),), batch_size=5, fuse=fuse, observers=observers
    )
    return assemble(experiment, listeners)


def reason(listeners=(), **changes):
    made = simulation(listeners, **changes)
    return made.explain_step(made.layers[0])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, None),
        ({"rule": 2 * hebb() + oja()}, None),
        ({"fuse": "never"}, 'fuse = "never"'),
        ({"fuse": "auto"}, "the run is too short to be worth compiling"),
        ({"activation": Identity()}, "'identity' has no kernel for activate"),
        ({"rule": ToyHebb()}, "'toy_hebb' has no kernel for modulate"),
        (
            {"rule": 2 * KrotovHopfield()},
            "'krotov_hopfield' has a coefficient, schedule or phases, and is no function of one "
            "neuron",
        ),
        (
            {"rule": 2 * winner()},
            "'winner' has a coefficient, schedule or phases, and is no function of one neuron",
        ),
        (
            {"transforms": (MaxAbs(), MaxAbs())},
            "'max_abs' asks for the largest update a second time",
        ),
        (
            {"transforms": (Late(), MaxAbs())},
            "shape_update is not answered by the components of the spec in their order",
        ),
        (
            {"listeners": [LooksAtUpdate()]},
            "'looks_at_update' looks at 'update', which is not kept",
        ),
        (
            {"observers": (Recorder(variables=("weights", "decay")),)},
            "'recorder' looks at 'decay', which is not kept",
        ),
        ({"observers": (Recorder(),)}, None),
        ({"listeners": [Prunes()]}, "'prunes' answers constrain_weights from outside the spec"),
        ({"listeners": [Shout()]}, "a component wraps activate"),
        ({"listeners": [WrapsListeners()]}, "a component wraps step_finished"),
    ],
)
def test_what_keeps_a_layer_from_being_compiled_is_told(parts, expected):
    assert reason(**parts) == expected


def test_with_a_trace_every_event_goes_through_pluggy(monkeypatch, capsys):
    monkeypatch.setenv("PLASTICITY_TRACE", "1")
    made = simulation()
    assert made.explain_step(made.layers[0]) == "PLASTICITY_TRACE prints every event"
    made.run()
    assert capsys.readouterr().err.count("apply_update: sgd\n") == 4


def test_the_line_about_a_layer_gives_the_reason():
    made = simulation(activation=Identity())
    assert made.fusion.explain(made.layers[0]) == (
        "layer_0: steps through the plan ('identity' has no kernel for activate)"
    )
    made = simulation()
    assert made.fusion.explain(made.layers[0]) == "layer_0: compiled as one step"


def test_a_component_that_was_unregistered_does_not_act():
    made = simulation(transforms=(MaxAbs(),))
    made.unregister(made.layers[0].components["layers[0].transforms[0]"])
    assert made.explain_step(made.layers[0]) == (
        "shape_update is not answered by the components of the spec in their order"
    )
