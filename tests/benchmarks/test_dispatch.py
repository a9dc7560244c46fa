"""What it costs that the parts of a step are found by event and not written out by hand.

    pytest -n 0 tests/benchmarks/test_dispatch.py -s

Not part of the test run: a busy machine would fail it.
"""

import timeit

import numpy as np
import pytest

from plasticity import Clock, hookimpl, hookspecs
from plasticity.network.dispatch import Manager, calls_of, emit

EVENTS = (
    "draw_batch",
    "encode",
    "compute_current",
    "shape_current",
    "activate",
    "differentiate",
    "estimate_threshold",
    "modulate",
    "propose_update",
    "shape_update",
    "apply_update",
    "constrain_weights",
)
BAR = 2.0  # microseconds a step


class One:
    """Answers the events of which there is one, each with the arguments of a bundled component."""

    @hookimpl
    def draw_batch(self, x, clock):
        return x

    @hookimpl
    def compute_current(self, weights, x, current):
        return current

    @hookimpl
    def activate(self, current, activity):
        return activity

    @hookimpl
    def differentiate(self, activity, slope):
        return slope

    @hookimpl
    def estimate_threshold(self, activity, threshold, clock):
        return threshold

    @hookimpl
    def apply_update(self, weights, update, clock):
        return weights


class Chain:
    """Answers all events that several components may answer."""

    @hookimpl
    def encode(self, x, clock):
        pass

    @hookimpl
    def shape_current(self, current):
        pass

    @hookimpl
    def modulate(self, modulation):
        pass

    @hookimpl
    def propose_update(self, x, activity, update):
        pass

    @hookimpl
    def shape_update(self, weights, update):
        pass

    @hookimpl
    def constrain_weights(self, weights):
        pass


class Further:
    """A second transform and a third rule, so that there are twenty answers."""

    @hookimpl
    def modulate(self, modulation, decay):
        pass

    @hookimpl
    def shape_update(self, update):
        pass


@pytest.fixture(scope="module")
def steps():
    """The same step three times: by hand, by the plan, by pluggy."""
    one, first, second, further = One(), Chain(), Chain(), Further()
    clock = Clock(10, 10)
    names = {name for event in EVENTS for name in hookspecs.EVENTS[event].arguments}
    arguments = {name: np.zeros(1) for name in names} | {"clock": clock}

    manager = Manager()
    manager.add_hookspecs(hookspecs)
    for component in (further, second, first, one):
        manager.register(component)
    callers = [getattr(manager.hook, event) for event in EVENTS]
    plan = tuple(
        answer
        for event, caller in zip(EVENTS, callers, strict=True)
        for answer in calls_of(caller, arguments, event)
    )
    assert len(plan) == 20

    x, weights, current = arguments["x"], arguments["weights"], arguments["current"]
    activity, slope, threshold = arguments["activity"], arguments["slope"], arguments["threshold"]
    modulation, decay, update = arguments["modulation"], arguments["decay"], arguments["update"]

    def by_hand():
        one.draw_batch(x, clock)
        first.encode(x, clock)
        second.encode(x, clock)
        one.compute_current(weights, x, current)
        first.shape_current(current)
        second.shape_current(current)
        one.activate(current, activity)
        one.differentiate(activity, slope)
        one.estimate_threshold(activity, threshold, clock)
        first.modulate(modulation)
        second.modulate(modulation)
        further.modulate(modulation, decay)
        first.propose_update(x, activity, update)
        second.propose_update(x, activity, update)
        first.shape_update(weights, update)
        second.shape_update(weights, update)
        further.shape_update(update)
        one.apply_update(weights, update, clock)
        first.constrain_weights(weights)
        second.constrain_weights(weights)

    def by_the_plan():
        emit(plan, clock)

    calls = [
        (caller, {name: arguments[name] for name in hookspecs.EVENTS[event].arguments})
        for event, caller in zip(EVENTS, callers, strict=True)
    ]

    def by_pluggy():
        for caller, known in calls:
            caller(**known)

    return {"by hand": by_hand, "by the plan": by_the_plan, "by pluggy": by_pluggy}


@pytest.mark.benchmark(group="a step of 12 events and 20 answers")
@pytest.mark.parametrize("how", ["by hand", "by the plan", "by pluggy"])
def test_a_step(benchmark, steps, how):
    benchmark(steps[how])


def test_the_plan_costs_at_most_two_microseconds_more_than_calls_by_hand(steps, capsys):
    times = _microseconds(steps)
    with capsys.disabled():
        print()
        for how, time in times.items():
            print(f"{how:12} {time:6.2f} us a step, {time - times['by hand']:+6.2f}")
    assert times["by the plan"] - times["by hand"] <= BAR
    assert times["by the plan"] < times["by pluggy"]


def _microseconds(steps, number=2000, repeats=50):
    """The least time of each step; they take turns, so that all meet the same machine."""
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(repeats):
        for how, step in steps.items():
            best[how] = min(best[how], timeit.timeit(step, number=number) / number * 1e6)
    return best
