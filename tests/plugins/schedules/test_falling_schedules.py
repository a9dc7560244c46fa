"""Schedules that fall by a share, in stairs, along a cosine, or rise first."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Clock
from plasticity_plugins.schedules.falling import Cosine, Exponential, Staircase, WarmUp

sizes = (st.integers(1, 5), st.integers(1, 6))
pers = st.sampled_from(["epoch", "step"])


def factors(schedule, steps_per_epoch, n_epoch):
    """The factor of each step of a run, by the hook; its kernel must give the same."""
    found = []
    (kernel,) = schedule.kernels
    for step in range(steps_per_epoch * n_epoch):
        clock = Clock(steps_per_epoch, n_epoch, step=step, epoch=step // steps_per_epoch)
        found.append(schedule.schedule_rate(clock))
        by_kernel = kernel.function(
            clock.step, clock.epoch, clock.n_step, clock.n_epoch, *kernel.parameters(schedule, 1)
        )
        assert by_kernel == found[-1]
    return found


@given(st.floats(0.1, 1), pers, *sizes)
def test_exponential_loses_one_share_after_another(share, per, steps_per_epoch, n_epoch):
    found = factors(Exponential(share=share, per=per), steps_per_epoch, n_epoch)
    expected, factor = [], 1.0
    for step in range(len(found)):
        if step and (per == "step" or step % steps_per_epoch == 0):
            factor *= share
        expected.append(factor)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@given(st.floats(0.1, 1), st.integers(1, 4), pers, *sizes)
def test_staircase_loses_a_share_after_each_stair(share, length, per, steps_per_epoch, n_epoch):
    found = factors(Staircase(share=share, length=length, per=per), steps_per_epoch, n_epoch)
    stair = length * (1 if per == "step" else steps_per_epoch)
    expected, factor = [], 1.0
    for step in range(len(found)):
        if step and step % stair == 0:
            factor *= share
        expected.append(factor)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@given(st.floats(0, 1), *sizes)
def test_cosine_is_half_a_cosine_from_one_to_the_lowest(lowest, steps_per_epoch, n_epoch):
    found = factors(Cosine(lowest=lowest), steps_per_epoch, n_epoch)
    whole = np.cos(np.linspace(0, np.pi, len(found), endpoint=False))
    np.testing.assert_allclose(found, np.interp(whole, [-1, 1], [lowest, 1]), rtol=0, atol=1e-14)


def test_cosine_has_the_figures_of_another_library():
    # Printed by optax 0.2.8: cosine_decay_schedule(1.0, 8, alpha=0.1) at 0 to 7.
    figures = [
        *(1.0, 0.96574578963, 0.868198051534, 0.722207544564),
        *(0.55, 0.377792455436, 0.231801948466, 0.13425421037),
    ]
    np.testing.assert_allclose(factors(Cosine(lowest=0.1), 4, 2), figures, rtol=0, atol=1e-12)


@given(st.integers(1, 3), st.integers(1, 5))
def test_cosine_begins_each_cycle_anew(cycles, length):
    once = factors(Cosine(), length, 1)
    again = factors(Cosine(cycles=cycles), length, cycles)
    np.testing.assert_allclose(again, once * cycles, rtol=0, atol=1e-12)


@given(*sizes)
def test_cosine_per_epoch_stays_within_one(steps_per_epoch, n_epoch):
    found = factors(Cosine(per="epoch"), steps_per_epoch, n_epoch)
    assert found == list(np.repeat(factors(Cosine(), 1, n_epoch), steps_per_epoch))


@given(
    st.integers(1, 12), st.sampled_from(["constant", "linear", "cosine", "inverse_root"]), *sizes
)
def test_warm_up_rises_on_a_line_to_one(length, after, steps_per_epoch, n_epoch):
    found = factors(WarmUp(length=length, after=after), steps_per_epoch, n_epoch)[:length]
    np.testing.assert_allclose(found, np.arange(1, len(found) + 1) / length, rtol=1e-14)


def test_warm_up_falls_after_its_rise_as_it_is_told():
    found = {
        after: factors(WarmUp(length=2, after=after), 6, 1)[2:]
        for after in ("constant", "linear", "cosine", "inverse_root")
    }
    expected = {
        "constant": [1, 1, 1, 1],
        "linear": [1, 0.75, 0.5, 0.25],
        "cosine": [(1 + math.cos(math.pi * share)) / 2 for share in (0, 0.25, 0.5, 0.75)],
        "inverse_root": [math.sqrt(2 / n) for n in (3, 4, 5, 6)],
    }
    for after, factor in expected.items():
        np.testing.assert_allclose(found[after], factor, rtol=1e-14)


def test_warm_up_by_the_inverse_root_is_that_of_its_paper():
    # min(n^-0.5, n length^-1.5), of which the largest is length^-0.5.
    n = np.arange(1, 41)
    paper = np.minimum(n**-0.5, n * 16**-1.5) / 16**-0.5
    np.testing.assert_allclose(
        factors(WarmUp(length=16, after="inverse_root"), 40, 1), paper, rtol=1e-14
    )
