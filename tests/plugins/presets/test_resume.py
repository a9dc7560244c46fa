"""The presets go on from a snapshot bit for bit, with their metrics and observers."""

import numpy as np
import pytest

import plasticity as pl
from plasticity import assemble, hookimpl
from plasticity.experiment.configure import configure

SAMPLES = np.random.default_rng(4).random((50, 9)).astype(np.float32)
METRICS = ["selectivity", "overlap", "memorization", "weight_change", "convergence"]


class Takes:
    """Takes a snapshot after one step."""

    def __init__(self, step):
        self.step = step

    @hookimpl(trylast=True)  # as a checkpoint, when all others have heard of the step
    def step_finished(self, clock):
        if clock.step == self.step:
            self.taken = self.simulation.snapshot()


def spec(preset):
    """Two epochs of 7 steps, the last of an epoch with 2 samples only."""
    recorder = {
        "name": "recorder",
        "variables": ["weights", "activity"],
        "every": 1,
        "first": False,
    }
    stopping = {
        "name": "early_stopping", "measurement": "weight_change", "above": -1, "patience": 11,
    }  # fmt: skip
    return configure(
        preset,
        data=SAMPLES,
        neurons=5,
        epochs=2,
        batch_size=8,
        metrics=METRICS,
        measure_every=1,
        observers=[recorder, stopping],
    )


@pytest.mark.parametrize("step", [1, 3, 6, 7, 8])
@pytest.mark.parametrize("preset", ["bcm", "krotov_hopfield"])
def test_a_preset_goes_on_from_a_snapshot_bit_for_bit(preset, step):
    takes = Takes(step)
    takes.simulation = assemble(spec(preset), [takes])
    whole = takes.simulation.run()
    resumed = assemble(spec(preset))
    resumed.restore(takes.taken)
    rest = resumed.run()
    # The first change is NaN, so the eleventh number comes at the twelfth step.
    assert whole.outcome == rest.outcome
    assert whole.store.attributes["step"] == rest.store.attributes["step"] == 12
    assert whole.state().identical(rest.state())
    assert whole.metrics.isel(step=slice(step, None)).identical(rest.metrics)
    assert whole.trajectory.isel(step=slice(step, None)).identical(rest.trajectory)


def lengthened(folder, **settings):
    """What is told of a run of two epochs that becomes one of four."""
    made = {"neurons": 3, "schedule": "linear_to_zero", "observers": [], "metrics": [], **settings}
    pl.run("bcm", epochs=2, out=folder / "run", **made)
    return [t for t in pl.resume(folder / "run", epochs=4).notices if "length" in t]


def test_a_schedule_that_follows_the_length_of_the_run_is_told_when_that_changes(folder, caplog):
    told = (
        "layer_0: 'linear_to_zero' follows the length of the run: the factors of the epochs are "
        "1, 0.5, 0.5, 0.25, where a run of 4 epochs from the beginning has 1, 0.75, 0.5, 0.25"
    )
    with caplog.at_level("INFO", "plasticity"):
        assert lengthened(folder) == [told]
    lines = [line for line in caplog.messages if "length" in line or "steps through" in line]
    assert lines[-2] == told  # before the line that tells how the layer steps
    assert pl.open_run(folder / "run").notices[0] == told


def test_the_schedule_of_a_coefficient_is_told_as_well(folder):
    (told,) = lengthened(
        folder, schedule=None, rule=[{"name": "lc94", "schedule": "linear_to_zero"}]
    )
    assert "1, 0.5, 0.5, 0.25" in told


def test_a_rule_that_follows_the_length_of_the_run_is_told_as_well(folder):
    assert lengthened(folder, schedule=None, rule="kohonen") == [
        "layer_0: 'kohonen' follows the length of the run, so the steps that are done are not "
        "those of a run of 4 epochs from the beginning"
    ]


@pytest.mark.parametrize("schedule", [None, "exponential", "inverse_time"])
def test_a_schedule_that_counts_from_the_beginning_is_not_told(folder, schedule):
    assert lengthened(folder, schedule=schedule) == []


def test_a_run_that_goes_on_to_its_own_end_is_told_nothing(folder):
    made = {"neurons": 3, "observers": [], "metrics": [], "epochs": 4}
    with pytest.raises(KeyboardInterrupt):
        pl.run("bcm", out=folder / "run", listeners=[Stops()], **made)
    assert pl.resume(folder / "run").notices == ()


class Stops:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 20:
            raise KeyboardInterrupt
