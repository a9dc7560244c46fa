"""Compiled steps follow the attributes of components, as their hooks do."""

import numpy as np
import pytest
from numba.core import event

from plasticity import Kernel, Phase, component, hookimpl, rule, setting
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.schedules.falling import Cosine
from plasticity_plugins.thresholds.mean_square import MovingAverage
from plasticity_plugins.thresholds.moments import MeanOfPower
from tests.support.fused import LARGE, assert_same_bits, kept, layer, simulation

PHASES = (Phase("quiet", 1), Phase("reward", 3))


@component
class Reward:
    """A gate on the update that a phase opens."""

    phase: str = setting(default="reward", doc="name of the phase")

    kernels = (
        Kernel("shape_update", lambda dw, w, open: dw * open, parameters=lambda self, _: self.gate),
    )

    @hookimpl
    def epoch_started(self, clock):
        self.gate = (1.0 if clock.phase == self.phase else 0.0,)

    @hookimpl
    def shape_update(self, update):
        update *= update.dtype.type(self.gate[0])


@component
class Gain:
    """A synapse whose gain grows from epoch to epoch."""

    kernels = (
        Kernel(
            "compute_current", lambda w, gain: gain * w, parameters=lambda self, _: (self.gain,)
        ),
    )

    @hookimpl
    def epoch_started(self, clock):
        self.gain = 1.0 + clock.epoch

    @hookimpl
    def compute_current(self, weights, x, current):
        return np.dot(weights.dtype.type(self.gain) * weights, x.T, out=current)


def light(x, step, sample, table):
    for j in range(len(x)):
        x[j] += table[j]


@component
class Table:
    """An encoder that adds a table, of which each epoch has another."""

    inputs: int = setting(default=6, doc="size of the table")

    kernels = (Kernel("encode", light, arrays=("table",)),)

    @hookimpl
    def epoch_started(self, clock):
        self.table = np.full(self.inputs, np.float32(clock.epoch))

    @hookimpl
    def encode(self, x, clock):
        x += self.table


@component
class Halves:
    """A schedule without a kernel, by which steps are compiled one at a time."""

    @hookimpl
    def schedule_rate(self):
        return 0.5


@rule("leaky")
def leaky(y, theta, leak: float = 0.1):
    """phi = y (y - theta), d = leak."""
    return y * (y - theta), leak


class Turns:
    """A listener that changes a setting of each of some components after a few steps."""

    def __init__(self, every=3, **changes):
        self.every = every
        self.changes = changes

    @hookimpl
    def step_finished(self, clock):
        if 6 <= clock.step < 9:
            for part, (name, value) in self.changes.items():
                setattr(self.components[f"layers[0].{part}"], name, value)


def ended(fuse, turns=None, parts=dict, **changes):
    listener = [Turns(**turns)] if turns else []
    made = simulation(layer(**parts()), listeners=listener, fuse=fuse, **changes)
    for each in listener:
        each.components = made.layers[0].components
    if fuse == "always":
        assert made.explain_step(made.layers[0]) is None
    made.run()
    return made


def assert_follows(**given):
    compiled, planned = (kept(ended(fuse, **given)) for fuse in ("always", "never"))
    for name, array in planned.items():
        np.testing.assert_allclose(compiled[name], array, rtol=1e-4, atol=1e-6, err_msg=str(name))
    return compiled


def quick(**parts):
    return lambda: {"optimizer": SGD(rate=0.01)} | parts


def every(phase=""):
    """Parts of all kinds whose numbers change, which are compiled once for all tests of them.

    phase   that in which the weights move
    """
    return quick(
        synapse=Gain(),
        rule=leaky(),
        threshold=MovingAverage(),
        schedule=Cosine(),
        transforms=(Reward(phase=phase),),
    )


BATCHES = pytest.mark.parametrize("batch_size", [1, 7])


@BATCHES
def test_a_reward_that_a_phase_switches_on_moves_the_weights(batch_size):
    changes = {"phases": PHASES, "epochs": None, "batch_size": batch_size, "encoders": (Table(),)}
    compiled = assert_follows(parts=every("reward"), **changes)
    begun = kept(simulation(layer(**every("reward")()), **changes))
    assert np.abs(compiled["layer_0", "weights"] - begun["layer_0", "weights"]).max() > 0.01
    quiet = kept(ended("always", parts=every("never"), **changes))
    assert np.array_equal(quiet["layer_0", "weights"], begun["layer_0", "weights"])


@BATCHES
def test_numbers_and_arrays_that_are_others_in_each_epoch_are_followed(batch_size):
    assert_follows(parts=every(), encoders=(Table(),), batch_size=batch_size)


@BATCHES
def test_settings_that_a_listener_changes_in_the_middle_of_an_epoch_are_followed(batch_size):
    assert_follows(
        parts=every(),
        encoders=(Table(),),
        turns={
            "rule": ("leak", 2.0),
            "threshold": ("memory", 0.2),
            "schedule": ("lowest", 0.9),
            "optimizer": ("rate", 0.05),
        },
        batch_size=batch_size,
    )


@pytest.mark.parametrize(("batch_size", "other"), [(1, 1), (7, 50)])
def test_other_settings_and_sizes_compile_nothing(batch_size, other):
    ended("always", parts=every(), encoders=(Table(),), batch_size=batch_size)
    parts = {
        "neurons": 50,
        "rule": leaky(leak=0.3),
        "threshold": MovingAverage(memory=0.4),
        "schedule": Cosine(lowest=0.5),
        "optimizer": SGD(rate=0.02),
    }
    changes = {"samples": LARGE, "encoders": (Table(inputs=100),), "epochs": 1, "seed": 3}
    with event.install_recorder("numba:compile") as recorder:
        made = ended("always", parts=lambda: every()() | parts, batch_size=other, **changes)
    assert made.layers[0].clock.step == -(-len(LARGE) // other)
    assert [found.data["dispatcher"] for _, found in recorder.buffer] == []


def test_they_are_followed_where_each_step_is_a_call():
    assert_follows(parts=quick(schedule=Halves()), turns={"optimizer": ("rate", 0.2)})


def test_kernels_that_are_made_of_settings_are_made_anew_in_the_next_epoch():
    assert_follows(
        parts=quick(rule=lc94(), threshold=MeanOfPower(power=2.0)),
        turns={"every": "2 epochs", "threshold": ("power", 1.5)},
        epochs=4,
        batch_size=10,
    )


def test_numbers_that_stay_cost_no_bit():
    gated = ended("always", parts=lambda: {"transforms": (Reward(phase=""),)})
    assert_same_bits(kept(gated), kept(ended("always")))
