"""When the state of a run is kept: early, then seldom enough to cost next to nothing."""

import numpy as np
import pytest

from plasticity import Storage, hookimpl, open_run
from plasticity.store import commit_schedule as module
from plasticity.store.commit_schedule import CommitSchedule
from tests.support.recorded import message, simulation


class Time:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Time()
    monkeypatch.setattr(module, "perf_counter", clock)
    return clock


def kept_at(clock, until, takes, **storage):
    """The seconds after which the state is kept, if it takes so long."""
    schedule, found = CommitSchedule(Storage(**storage)), []
    while clock.now < until:
        clock.now += 0.5
        if schedule.due(1):
            whole = schedule.wants_checkpoint(1)
            schedule.begin(1, whole)
            if whole:
                found.append(clock.now)
                clock.now += takes
                schedule.took(takes)
    return found


def test_the_first_state_is_kept_after_five_seconds_and_the_next_ever_later(clock):
    assert kept_at(clock, 2000, takes=0.0) == [5, 15, 35, 75, 155, 315, 635, 1235, 1835]


def test_the_time_between_two_states_is_never_longer_than_it_was_told(clock):
    assert kept_at(clock, 100, takes=0.0, checkpoint="20 s") == [5, 15, 35, 55, 75, 95]
    clock.now = 0.0
    assert kept_at(clock, 6, takes=0.0, checkpoint="2 s") == [2, 4, 6]


def test_a_state_that_takes_long_is_kept_seldom(clock):
    found = kept_at(clock, 10_000, takes=2.0)
    # A hundred times 2 s from the end of one to the begin of the next, until 10 minutes.
    assert found[:3] == [5, 207, 409]
    clock.now = 0.0
    found = kept_at(clock, 10_000, takes=20.0)
    assert np.diff(found).tolist() == [2020.0] * 4


def test_states_counted_in_steps_come_at_their_steps(clock):
    schedule = CommitSchedule(Storage(checkpoint=7))
    schedule.start(0)
    assert [step for step in range(15) if schedule.wants_checkpoint(step)][:1] == [7]
    schedule.begin(7, whole=True)
    schedule.took(100.0)
    clock.now = 1e6
    assert [step for step in range(20) if schedule.wants_checkpoint(step)][:1] == [14]


def test_a_run_in_memory_and_one_that_is_never_to_be_kept_keep_nothing(clock):
    clock.now = 1e6
    assert not CommitSchedule().due(1)
    assert not CommitSchedule(Storage(checkpoint="never")).wants_checkpoint(1)


def test_a_run_that_is_killed_soon_goes_on_from_an_early_state(folder, clock):
    class Passes:
        """A second passes with each step; the eighth is the last."""

        @hookimpl
        def step_finished(self, clock):
            Passes.time.now += 1.0
            if clock.step == 8:
                Passes.simulation.session.store.flush()
                raise KeyboardInterrupt

    Passes.time = clock
    made = Passes.simulation = simulation(storage={"checkpoint": "10 min"}, listeners=[Passes()])
    message(made.run, folder / "run", error=KeyboardInterrupt)
    assert open_run(folder / "run").store.checkpoints == [5]
