"""The presets go on from a snapshot bit for bit, with their metrics and observers."""

import numpy as np
import pytest

from plasticity import assemble, hookimpl
from plasticity.runs import configure

SAMPLES = np.random.default_rng(4).random((50, 9)).astype(np.float32)
METRICS = ["selectivity", "overlap", "memorization", "weight_change", "convergence"]


class Takes:
    """Takes a snapshot after one step."""

    def __init__(self, step):
        self.step = step

    @hookimpl
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
