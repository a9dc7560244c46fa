"""Ctrl-C ends the run after the step at hand, and the run can go on from there."""

import os
import signal
import threading

import numpy as np
import pytest

from plasticity import Rule, assemble, component, hookimpl, setting
from plasticity.errors import ComponentError
from tests.support.toys import Notes, experiment, layer, weights_of


@component
class Presses(Rule):
    """Presses Ctrl-C in the middle of a step."""

    step: int | None = setting(default=None, doc="the step")
    signal: int = setting(default=int(signal.SIGINT), doc="what is sent")

    @hookimpl
    def modulate(self, modulation, activity, clock):
        modulation += activity
        if clock.step == self.step:
            self.step = None
            os.kill(os.getpid(), self.signal)


def simulation_pressing(*listeners, **settings):
    return assemble(experiment(layer(rule=Presses(**settings)), epochs=2), listeners)


class Ends:
    heard = ()

    @hookimpl
    def epoch_finished(self, clock):
        self.heard += (f"epoch {clock.epoch}",)

    @hookimpl
    def run_finished(self, outcome):
        self.heard += (outcome,)


ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")


@pytest.mark.parametrize("number", [getattr(signal, name) for name in ENDING])
def test_the_step_at_hand_is_finished(number):
    notes, ends = Notes(), Ends()
    simulation = simulation_pressing(notes, ends, step=5, signal=int(number))
    with pytest.raises(KeyboardInterrupt):
        simulation.run()
    assert [step for _, step in notes.steps] == [1, 2, 3, 4, 5, 6]
    assert ends.heard == ("epoch 1", "interrupted")
    assert simulation.store.attributes["outcome"] == "interrupted"


@pytest.mark.parametrize("step", range(8))
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(step):
    ends = Ends()
    simulation = simulation_pressing(ends, step=step)
    with pytest.raises(KeyboardInterrupt):
        simulation.run()
    assert simulation.run().outcome == "finished"
    undisturbed = simulation_pressing()
    undisturbed.run()
    assert np.array_equal(weights_of(simulation), weights_of(undisturbed))
    assert [heard for heard in ends.heard if heard.startswith("epoch")] == ["epoch 1", "epoch 2"]


def test_a_second_press_raises_at_once():
    class PressesAgain:
        reached = False

        @hookimpl
        def shape_update(self, clock):
            if clock.step == 2:
                os.kill(os.getpid(), signal.SIGINT)
                self.reached = True

    again = PressesAgain()
    simulation = simulation_pressing(again, step=2)
    with pytest.raises(KeyboardInterrupt):
        simulation.run()
    assert not again.reached
    assert simulation.layers[0].clock.step == 2


def test_the_handlers_of_before_are_put_back():
    numbers = [getattr(signal, name) for name in ENDING]
    before = [signal.getsignal(number) for number in numbers]
    simulation_pressing().run()
    assert [signal.getsignal(number) for number in numbers] == before


def test_a_run_outside_the_main_thread_is_a_run():
    simulation = simulation_pressing()
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(simulation.run().outcome))
    thread.start()
    thread.join()
    assert outcomes == ["finished"]


def test_the_exception_carries_the_run():
    simulation = simulation_pressing(step=5)
    with pytest.raises(KeyboardInterrupt) as caught:
        simulation.run()
    assert str(caught.value) == (
        "interrupted at step 6 (epoch 1); the run until then is the attribute `run` of this "
        "exception (at the prompt sys.last_value.run)"
    )
    assert caught.value.signal == signal.SIGINT
    assert caught.value.run.outcome == "interrupted"
    assert np.array_equal(caught.value.run.weights, weights_of(simulation))


def test_the_exception_tells_how_a_run_in_a_store_goes_on(folder):
    with pytest.raises(KeyboardInterrupt) as caught:
        simulation_pressing(step=5).run(folder / "run")
    assert str(caught.value).endswith(
        f", and plasticity.resume({str(folder / 'run')!r}) goes on from there"
    )


def test_an_error_carries_the_run_too():
    class Stumbles:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == 3:
                raise ValueError("a stone in the way")

    simulation = simulation_pressing(Stumbles())
    with pytest.raises(ComponentError) as caught:
        simulation.run()
    assert caught.value.run.outcome.startswith("failed: ")
    assert np.array_equal(caught.value.run.weights, weights_of(simulation))


def test_a_terminal_that_is_closed_may_tell_so_twice():
    class TellsAgain:
        @hookimpl
        def shape_update(self, clock):
            if clock.step == 2:
                os.kill(os.getpid(), signal.SIGHUP)

    simulation = simulation_pressing(TellsAgain(), step=2, signal=int(signal.SIGHUP))
    with pytest.raises(KeyboardInterrupt) as caught:
        simulation.run()
    assert simulation.layers[0].clock.step == 3
    assert caught.value.signal == signal.SIGHUP


@pytest.fixture
def handled():
    """Sets the handler of a signal until the end of a test."""
    before = {}

    def handle(number, handler):
        before.setdefault(number, signal.signal(number, handler))

    yield handle
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_is_ignored_stays_so(handled, number):
    handled(number, signal.SIG_IGN)  # as `nohup` does, and a shell that runs it in the background
    assert simulation_pressing(step=5, signal=int(number)).run().outcome == "finished"


def test_a_signal_that_the_program_handles_itself_is_its_own(handled):
    heard = []
    handled(signal.SIGUSR1, lambda number, frame: heard.append(number))
    run = simulation_pressing(step=5, signal=int(signal.SIGUSR1)).run()
    assert (run.outcome, heard) == ("finished", [signal.SIGUSR1])
