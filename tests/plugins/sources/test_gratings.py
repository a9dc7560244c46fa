"""Gratings that drift: against a slow twin, where they move, and the tuning curves they give."""

import math
from itertools import pairwise

import numpy as np
import pytest

import plasticity as pl
from plasticity import Clock, Experiment, Layer, Phase, analysis, assemble
from plasticity.components.interface import interface_of
from plasticity_plugins.metrics.gratings import grating_responses
from plasticity_plugins.sources.gratings import Gratings, fill_grating
from tests.naive.inputs import naive_drifting


def drawn(source, steps, batch, dtype="float64", key=2**63 + 5):
    """The samples (sample, input) of so many steps."""
    for declared in interface_of(source).variables:
        declared.bind(source, np.zeros(1, declared.dtype))
    source.key[0], source.batch[0] = key, batch
    n_input = source.open_data("train").n_input
    shown = np.empty((steps, batch, n_input), dtype)
    for step in range(steps):
        source.draw_batch(shown[step], Clock(steps, 1, step=step))
    return shown.reshape(-1, n_input)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_a_grating_is_that_of_a_slow_twin(dtype, tolerance):
    settings = {"size": 3, "directions": 7, "frames": 4, "frequency": 0.2, "speed": 0.3}
    settings |= {"contrast": 1.5}
    shown = drawn(Gratings(**settings), 3, 5, dtype)
    expected = [naive_drifting(2**63 + 5, time, **settings).ravel() for time in range(15)]
    np.testing.assert_allclose(shown, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("quarters", "moved"), [(0, (1, 0)), (1, (0, 1)), (2, (-1, 0)), (3, (0, -1))]
)
def test_a_grating_moves_down_and_by_quarters_to_the_right_up_and_to_the_left(quarters, moved):
    # A pixel a sample: an eighth of a cycle.
    before, after = np.empty((2, 64))
    for phase, image in ((1, before), (2, after)):
        fill_grating(image, quarters * math.pi / 2, phase * math.pi / 4, 8, math.pi / 4, 1.0, 1, 2)
    expected = np.roll(before.reshape(8, 8), moved, axis=(0, 1))
    np.testing.assert_allclose(after.reshape(8, 8), expected, rtol=0, atol=1e-12)


def test_every_direction_is_shown_as_often():
    source = Gratings(size=6, directions=3, frames=1, frequency=0.25, speed=0)
    curves = grating_responses(drawn(source, 1, 3000), (6, 6), np.array([0.0, 120.0, 240.0]), 0.25)
    counts = np.bincount(curves.argmax(axis=1), minlength=3)
    np.testing.assert_allclose(counts, 1000, atol=130)


@pytest.mark.parametrize(("eye", "halves"), [("left", [0]), ("right", [1]), ("both", [0, 1])])
def test_an_eye_that_does_not_see_the_grating_sees_0(eye, halves):
    source = Gratings(size=3, eyes=2, eye=eye)
    seen = drawn(source, 2, 4).reshape(8, 2, 9)
    alone = drawn(Gratings(size=3), 2, 4)
    for half in (0, 1):
        expected = alone if half in halves else np.zeros((8, 9))
        np.testing.assert_array_equal(seen[:, half], expected)
    assert source.open_data("train").image_shape == (6, 3)


def test_a_finished_run_has_the_tuning_curves_of_its_weights():
    angles, offsets, frequency = 6, 5, 0.2
    source = Gratings(size=4, directions=2 * angles, offsets=offsets, frequency=frequency)
    layer = Layer(
        neurons=3, rule="hebb", activation="linear", initializer="normal", optimizer="sgd"
    )
    images = np.random.default_rng(1).random((4, 4, 4))
    made = Experiment(data=pl.Data(images), layers=[layer], batch_size=2, dtype="float64")
    run = pl.run(made)
    shown = source.open_data("train")
    responses = analysis.responses_of(run, shown.samples, shown.labels).values
    waves = responses.reshape(3, 2 * angles, offsets)
    # The amplitude of a wave of which a period is sampled.
    turns = np.exp(2j * np.pi * np.arange(offsets) / offsets)
    amplitudes = np.abs(waves @ turns) * 2 / offsets
    expected = grating_responses(
        run.weights.values, (4, 4), np.arange(angles) * 180 / angles, frequency
    )
    np.testing.assert_allclose(amplitudes, np.tile(expected, 2), rtol=1e-5)


def test_a_grating_goes_on_from_batch_to_batch_and_starts_anew_with_an_epoch():
    source = Gratings(size=2, frames=4, samples=6, speed=0)
    layer = Layer(neurons=1, rule="hebb", activation="linear", initializer="zeros", optimizer="sgd")
    kept = []

    class Shown:
        every = 1

        @pl.hookimpl
        def step_finished(self, x):
            kept.extend(x.copy())

    phases = [Phase("first", 1), Phase("second", 1)]
    made = Experiment(data=source, layers=[layer], phases=phases, batch_size=2, fuse="never")
    assemble(made, [Shown()]).run()
    same = [np.array_equal(one, other) for one, other in pairwise(kept)]
    # Samples 0 to 5, in which a grating is shown for 4 samples; then the second epoch.
    assert same == [True, True, True, False, True, False, True, False, True, True, True]
