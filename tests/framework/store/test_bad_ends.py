"""Runs that end before their time: what they keep, and how they go on."""

import os
import signal

import numpy as np
import pytest

from plasticity import assemble, component, hookimpl, open_run, setting
from plasticity.errors import ComponentError, DivergenceError
from tests.support.recorded import assert_same, learning, left_by, message, simulation
from tests.support.toys import Plain, experiment, layer


@component
class Breaks:
    """Raises, sends a signal or spoils the weights in the middle of one step, while it is armed."""

    how: str = setting(doc="what it does")
    armed = True

    @hookimpl
    def constrain_weights(self, weights, clock):
        if clock.step != 8 or not Breaks.armed:
            return
        if self.how == "raises":
            raise RuntimeError("broken")
        if self.how == "spoils":
            weights[0, 0] = np.nan
        else:
            os.kill(os.getpid(), getattr(signal, self.how))


@component
class Guard:
    """Looks every seven steps whether the weights are finite."""

    every = 7

    @hookimpl
    def step_finished(self, weights):
        if not np.isfinite(weights).all():
            raise DivergenceError("the weights are not finite")


@pytest.fixture
def broken(folder):
    """A function that lets a run break, and one that undoes it and lets the run go on."""

    def made(how):
        return simulation(learning(constraints=[Breaks(how=how)]), listeners=[Guard()])

    def run(how, error):
        Breaks.armed = True
        return message(made(how).run, folder / "run", error=error)

    def repair(how):
        Breaks.armed = False
        made(how).run(folder / "undisturbed")
        made(how).resume(folder / "run")
        assert_same(left_by(folder / "run"), left_by(folder / "undisturbed"))

    return run, repair


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_keeps_the_step_at_hand_and_its_state(broken, folder, how):
    run, repair = broken
    run(how, KeyboardInterrupt)
    left = open_run(folder / "run")
    assert left.outcome == "interrupted"
    assert left.trajectory.step.values.tolist() == list(range(1, 10))
    assert left.store.checkpoints == [5, 9]
    repair(how)
    assert open_run(folder / "run").store.attributes["before"] == [
        {"reached": 9, "outcome": "interrupted"}
    ]


def test_a_run_that_an_error_ends_keeps_all_frames_and_the_last_state_that_was_due(broken, folder):
    run, repair = broken
    told = run("raises", ComponentError)
    assert told == (
        "'breaks' in event constrain_weights at step 8 (epoch 2) raised RuntimeError: broken; what "
        "was recorded until then is kept"
    )
    left = open_run(folder / "run")
    assert left.outcome == f"failed: {told}"
    assert left.trajectory.step.values.tolist() == list(range(1, 9))
    assert left.store.checkpoints == [5]
    repair("raises")


def test_a_run_that_diverges_keeps_no_bad_state_and_names_the_last_good_one(broken, folder):
    run, _ = broken
    told = run("spoils", DivergenceError)
    path = folder / "run"
    assert told == (
        "layer_0: 'weights' holds infinity or NaN after step 10 (not looked at since step 5); "
        "lower the learning rate, or bound the weights; the last good state is that after step 5: "
        f"`plasticity branch {path} --at 5` begins there with other settings"
    )
    left = open_run(path)
    assert left.outcome == f"failed: {told}"
    assert left.store.checkpoints == [5]
    assert left.trajectory.step.values.tolist() == list(range(1, 11))


def test_a_run_that_diverges_before_its_first_state_says_so(folder):
    Breaks.armed = True
    spoilt = simulation(
        learning(constraints=[Breaks(how="spoils")]),
        listeners=[Guard()],
        storage={"checkpoint": "never"},
    )
    assert message(spoilt.run, folder / "run", error=DivergenceError) == (
        "the weights are not finite; no state was kept before that (storage.checkpoint tells how "
        "often)"
    )


@pytest.mark.parametrize(("length", "seen"), [({"epochs": 4}, 16), ({"epochs": 60}, 52)])
def test_weights_that_are_no_numbers_end_a_run_that_nobody_watches(folder, length, seen):
    Breaks.armed = True
    spoilt = simulation(
        learning(constraints=[Breaks(how="spoils")]), storage={"checkpoint": "never"}, **length
    )
    told = message(spoilt.run, folder / "run", error=DivergenceError)
    assert told.startswith(f"layer_0: 'weights' holds infinity or NaN after step {seen} (")
    left = open_run(folder / "run")
    assert left.outcome == f"failed: {told}"
    assert left.store.checkpoints == []
    assert left.trajectory.step.values.tolist() == list(range(1, seen + 1))
    assert np.isnan(left.weights.values).any()


def test_a_reason_to_stop_does_not_hide_weights_that_are_no_numbers(folder):
    class Stops:
        every = 11

        @hookimpl
        def should_stop(self):
            return "enough"

    Breaks.armed = True
    spoilt = simulation(learning(constraints=[Breaks(how="spoils")]), listeners=[Stops()])
    message(spoilt.run, error=DivergenceError)
    assert spoilt.store.attributes["outcome"].startswith("failed: ")


def test_a_layer_that_is_trained_after_another_is_looked_at_as_often():
    Breaks.armed = True
    still = layer(optimizer=Plain(rate=0.0))
    top = layer(name="top", optimizer=Plain(rate=0.0), constraints=[Breaks(how="spoils")])
    spoilt = assemble(experiment(still, top, epochs=100, training="layer_by_layer"))
    assert message(spoilt.run, error=DivergenceError).startswith(
        "top: 'weights' holds infinity or NaN after step 52 (not looked at since step 0); "
    )
