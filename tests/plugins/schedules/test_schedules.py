import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock, Data, Experiment, Layer, assemble, hookimpl
from plasticity_plugins.schedules.falling import Constant, InverseTime, LinearToZero


def clocks(steps_per_epoch, n_epoch):
    """The clock of each step of a run."""
    for step in range(steps_per_epoch * n_epoch):
        yield Clock(steps_per_epoch, n_epoch, step=step, epoch=step // steps_per_epoch)


sizes = (st.integers(1, 5), st.integers(1, 6))


class RateWatcher:
    """Notes the factor of each step."""

    def __init__(self):
        self.factors = []

    @hookimpl
    def step_finished(self, clock):
        self.factors.append(clock.rate_factor)


def factors_of_run(schedule, epochs):
    """The factors of a run of two steps an epoch."""
    layer = Layer(
        neurons=2,
        rule="hebb",
        activation="linear",
        optimizer="sgd",
        initializer="normal",
        schedule=schedule,
    )
    data = Data(np.random.default_rng(0).random((4, 3)))
    watcher = RateWatcher()
    assemble(Experiment(data=data, layers=[layer], epochs=epochs, batch_size=2), [watcher]).run()
    return watcher.factors


@given(*sizes)
def test_constant_is_one_at_every_step(steps_per_epoch, n_epoch):
    assert {Constant().schedule_rate(clock) for clock in clocks(steps_per_epoch, n_epoch)} == {1.0}


@given(*sizes)
def test_linear_to_zero_falls_by_one_over_the_epochs_at_each_epoch(steps_per_epoch, n_epoch):
    factors = [LinearToZero().schedule_rate(clock) for clock in clocks(steps_per_epoch, n_epoch)]
    expected = np.repeat(np.linspace(1, 0, n_epoch, endpoint=False), steps_per_epoch)
    np.testing.assert_allclose(factors, expected, rtol=0, atol=1e-15)


@given(*sizes)
def test_linear_to_zero_still_learns_in_the_last_epoch(steps_per_epoch, n_epoch):
    *_, last = clocks(steps_per_epoch, n_epoch)
    assert LinearToZero().schedule_rate(last) == pytest.approx(1 / n_epoch, rel=1e-12)


@given(*sizes)
def test_linear_to_zero_per_step_falls_at_each_step(steps_per_epoch, n_epoch):
    schedule = LinearToZero(per="step")
    factors = [schedule.schedule_rate(clock) for clock in clocks(steps_per_epoch, n_epoch)]
    expected = np.linspace(1, 0, steps_per_epoch * n_epoch, endpoint=False)
    np.testing.assert_allclose(factors, expected, rtol=0, atol=1e-15)


@given(st.floats(0, 10), *sizes)
def test_inverse_time_is_one_over_one_plus_decay_times_the_steps_done(
    decay, steps_per_epoch, n_epoch
):
    schedule = InverseTime(decay=decay)
    factors = [schedule.schedule_rate(clock) for clock in clocks(steps_per_epoch, n_epoch)]
    assert factors == [1 / (1 + decay * n) for n in range(steps_per_epoch * n_epoch)]


def test_inverse_time_does_not_compound():
    clock = Clock(100, 10, step=100, epoch=1)
    compounded = np.prod(1 / (1 + 0.01 * np.arange(1, 101)))
    assert compounded == pytest.approx(1.18e-17, rel=0.01)
    assert InverseTime(decay=0.01).schedule_rate(clock) == 0.5


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, [1, 1, 1, 1, 1, 1, 1, 1]),
        (Constant(), [1, 1, 1, 1, 1, 1, 1, 1]),
        (LinearToZero(), [1, 1, 0.75, 0.75, 0.5, 0.5, 0.25, 0.25]),
        (LinearToZero(per="step"), [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]),
        (InverseTime(decay=1.0), [1 / n for n in range(1, 9)]),
    ],
)
def test_a_run_follows_its_schedule(schedule, expected):
    assert factors_of_run(schedule, epochs=4) == expected
