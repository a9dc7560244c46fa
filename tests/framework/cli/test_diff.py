"""`plasticity diff` tells in which settings two runs differ, and where they part."""

from __future__ import annotations

import numpy as np

import plasticity as pl
from plasticity.analysis import differences_of
from tests.support import toys
from tests.support.console import command


@pl.component
class Kicks:
    """Changes one weight at one step, as a fault would."""

    step: int = pl.setting(default=0, doc="the step; never if 0")

    @pl.hookimpl
    def constrain_weights(self, weights, clock):
        if clock.step + 1 == self.step:
            weights[1, 2] += 0.5


class Recorder:
    """Records the weights every second step."""

    every = 2

    @pl.hookimpl
    def run_started(self, store):
        self.store, self.recording = store, None

    @pl.hookimpl
    def step_finished(self, layer):
        if self.recording is None:
            self.recording = self.store.record(layer, ("weights",))
        self.recording.take()


def recorded(place, kick):
    layer = toys.layer(constraints=[Kicks(step=kick)])
    experiment = toys.experiment(layer, epochs=3, dtype="float64")
    return pl.run(experiment, out=place, listeners=[Recorder()])


def test_two_runs_part_at_the_first_recorded_step_that_differs(tmp_path):
    found = differences_of(recorded(tmp_path / "a", 0), recorded(tmp_path / "b", 7))
    (parted,) = found.parted
    assert (parted.step, parted.layer, parted.group, parted.name) == (
        8, "layer_0", "trajectory", "weights",
    )  # fmt: skip
    assert (found.same_until, found.compared) == (6, 6)
    assert parted.n_value == 12
    assert list(found.settings.values()) == [("–", "7")]


def test_a_run_of_the_same_spec_is_the_same(tmp_path):
    found = differences_of(recorded(tmp_path / "a", 0), recorded(tmp_path / "b", 0))
    assert (found.settings, found.data, found.parted) == ({}, {}, ())


def test_of_other_data_the_sums_are_told(tmp_path):
    one = pl.run(toys.experiment())
    other = pl.run(toys.experiment(data=pl.Data(np.flip(toys.SAMPLES))))
    found = differences_of(one, other)
    assert list(found.data) == ["sha256"]
    assert found.parted[0].group == "state"
    assert found.parted[0].step == 4


def test_the_command_tells_settings_and_the_first_array(small_comparison):
    stores = [str(small_comparison / "bcm" / f"seed_{seed}") for seed in (0, 1)]
    result = command("diff", *stores)
    assert result.status == 0
    lines = result.out.splitlines()
    assert lines[:7] == [
        "settings",
        "  seed  0  1",
        "data",
        "  identical",
        "versions",
        "  identical",
        "recorded arrays",
    ]
    assert lines[7] == "  first differs at step 1 in threshold"
    assert lines[8].startswith("  layer_0/course/threshold  6 of 6 values  by ")


def test_the_command_says_where_nothing_differs(small_comparison):
    store = str(small_comparison / "bcm" / "seed_0")
    last = command("diff", store, store).out.splitlines()[-1]
    assert last.startswith("  identical at all ")
    assert last.endswith(" steps recorded in both")


def test_what_is_no_store_is_refused(tmp_path):
    result = command("diff", str(tmp_path / "a"), str(tmp_path / "b"))
    assert (result.status, result.out) == (2, "")
    assert result.err == f"Error: {tmp_path / 'a'}: there is nothing there\n"


def test_arrays_of_other_shapes_are_told_to_differ_in_shape(tmp_path):
    for neurons in (3, 4):
        layer = toys.layer(neurons=neurons)
        pl.run(toys.experiment(layer, epochs=1), out=tmp_path / f"{neurons}")
    told = command("diff", str(tmp_path / "3"), str(tmp_path / "4")).out
    (line,) = [line for line in told.splitlines() if "state/weights" in line]
    assert " ".join(line.split()) == "layer_0/state/weights 12 of 12 values in shape"
