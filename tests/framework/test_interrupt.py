"""Ctrl-C ends the run after the step at hand, and the run can go on from there."""

import os
import signal
import threading

import numpy as np
import pytest
from toys import Notes, experiment, layer, weights_of

from plasticity import Rule, assemble, component, hookimpl, setting


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    simulation_pressing().run()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_run_outside_the_main_thread_is_a_run():
    simulation = simulation_pressing()
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(simulation.run().outcome))
    thread.start()
    thread.join()
    assert outcomes == ["finished"]
