"""Inputs drawn inside a compiled step are, bit for bit, those that the plan draws."""

import numpy as np
import pytest

from plasticity import Data, Experiment, Phase, assemble, component, hookimpl
from plasticity_plugins.encoders.disturbance import (
    AddNoise,
    DeadInputs,
    Deprivation,
    SpontaneousActivity,
)
from plasticity_plugins.encoders.time_filters import HighPass, LowPass
from plasticity_plugins.sources.gratings import Gratings
from plasticity_plugins.sources.natural_images import NaturalImages
from tests.support.fused import assert_same_bits, kept, layer, simulation

IMAGES = np.random.default_rng(1).random((2, 7, 9))
PHASES = (Phase("open", 1), Phase("closed", 2))


def eyes():
    return NaturalImages(images=IMAGES, size=2, eyes=2, jitter=1, samples=11, examples=4)


def gratings():
    return Gratings(size=2, eyes=2, eye="left", frames=3, samples=11)


def bytes_in_memory():
    return Data(np.random.default_rng(2).integers(0, 256, (11, 8), np.uint8))


def encoders():
    return (
        SpontaneousActivity(level=0.2),
        AddNoise(std=0.3, kind="laplace"),
        Deprivation(eye="right", during=("closed",), end=25),
        DeadInputs(fraction=0.25),
    )


def filters():
    return (LowPass(tau=3), HighPass(tau=1.5))


class Shown:
    """Listener that keeps what it is shown, every so many steps."""

    def __init__(self, every):
        self.every = every
        self.seen = []

    @hookimpl
    def step_finished(self, x, clock):
        self.seen.append((clock.step, x.tobytes()))


def run(data, encoders, *, batch_size, fuse, every=1, dtype="float32"):
    shown = Shown(every)
    made = assemble(
        Experiment(
            data=data(),
            layers=(layer(neurons=2),),
            encoders=encoders(),
            phases=PHASES,
            batch_size=batch_size,
            fuse=fuse,
            dtype=dtype,
        ),
        [shown],
    )
    made.run()
    return shown.seen, made


@pytest.mark.parametrize(
    ("data", "encoders", "batch_size", "dtype"),
    [
        (gratings, filters, 1, "float32"),
        (eyes, encoders, 1, "float64"),
        (eyes, encoders, 3, "float32"),
        (bytes_in_memory, encoders, 1, "float32"),
    ],
)
def test_compiled_and_planned_steps_draw_the_same_bits(data, encoders, batch_size, dtype):
    kind = {"batch_size": batch_size, "dtype": dtype}
    compiled, made = run(data, encoders, fuse="always", **kind)
    assert made.stepping() == ["layer_0: compiled as one step"]
    planned, _ = run(data, encoders, fuse="never", **kind)
    assert len(compiled) == 3 * -(-11 // batch_size)
    assert compiled == planned


def test_a_stretch_of_many_steps_draws_what_single_steps_draw():
    single, one = run(eyes, encoders, batch_size=1, fuse="always")
    stretched, other = run(eyes, encoders, batch_size=1, fuse="always", every=9)
    assert stretched == [shown for shown in single if shown[0] % 9 == 0]
    assert_same_bits(kept(one), kept(other))


class Halts:
    @hookimpl
    def should_stop(self, clock):
        return "halted" if clock.step == 17 else None


def test_a_run_that_goes_on_in_the_middle_of_an_epoch_draws_the_same_bits():
    parts = {"epochs": None, "phases": PHASES, "batch_size": 1, "encoders": encoders()}
    whole = simulation(layer(neurons=2), samples=IMAGES.reshape(-1, 9), **parts)
    begun = simulation(
        layer(neurons=2), samples=IMAGES.reshape(-1, 9), listeners=[Halts()], **parts
    )
    whole.run()
    begun.run()
    resumed = simulation(layer(neurons=2), samples=IMAGES.reshape(-1, 9), **parts)
    resumed.restore(begun.snapshot())
    resumed.run()
    assert resumed.layers[0].clock.step == 42
    assert_same_bits(kept(resumed), kept(whole))


@component
class Halves:
    """Encoder without a kernel."""

    @hookimpl
    def encode(self, x):
        x /= 2


def test_an_encoder_without_a_kernel_is_told_and_steps_are_still_compiled():
    made = simulation(layer(), encoders=(Halves(),))
    assert made.stepping() == [
        "layer_0: compiled as one step, its inputs drawn before it ('halves' has no kernel for "
        "encode)"
    ]


def test_an_encoder_that_needs_the_order_of_samples_is_called_before_a_step_of_many():
    made = simulation(layer(), encoders=(LowPass(),))
    assert made.stepping() == [
        "layer_0: compiled as one step, its inputs drawn before it ('low_pass' takes samples in "
        "their order)"
    ]
