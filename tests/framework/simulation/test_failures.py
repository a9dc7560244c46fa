"""What happens when a component does wrong in the middle of a run."""

import numpy as np
import pytest
from numba import njit

from plasticity import Rule, assemble, component, hookimpl
from plasticity.errors import ComponentError, ConflictError, ContractError, DivergenceError
from tests.support.toys import Notes, experiment, layer


class Ends:
    """Notes how the run ended."""

    outcome = None

    @hookimpl
    def run_finished(self, outcome):
        self.outcome = outcome


def failure(*layers, listeners=(), **changes):
    """The error of such a run, and the outcome that the listeners heard."""
    ends = Ends()
    simulation = assemble(experiment(*layers, **changes), [*listeners, ends])
    with pytest.raises((ComponentError, ContractError, ConflictError)) as caught:
        simulation.run()
    assert ends.outcome == f"failed: {caught.value}"
    assert simulation.store.attributes["outcome"] == ends.outcome
    return caught.value


def test_a_component_that_raises_is_named_with_event_and_step():
    @component
    class Breaks(Rule):
        @hookimpl
        def modulate(self, clock):
            if clock.step == 6:
                raise ZeroDivisionError("by nothing")

    error = failure(layer(rule=Breaks()), epochs=2)
    assert type(error) is ComponentError
    assert str(error) == (
        "'breaks' in event modulate at step 6 (epoch 1) raised ZeroDivisionError: by nothing; what "
        "was recorded until then is kept"
    )
    assert isinstance(error.__cause__, ZeroDivisionError)


def test_a_multiple_of_a_rule_that_raises_is_named_too():
    @component
    class Breaks(Rule):
        @hookimpl
        def modulate(self, modulation):
            raise KeyError("x")

    error = failure(layer(rule=0.5 * Breaks()))
    assert str(error) == (
        "'breaks' in event modulate at step 0 (epoch 0) raised KeyError: 'x'; what was recorded "
        "until then is kept"
    )


def test_an_error_of_ours_keeps_its_message_and_gets_the_place_as_a_note():
    class Guard:
        @hookimpl
        def step_finished(self):
            raise DivergenceError("weights are no longer finite")

    simulation = assemble(experiment(), [Guard()])
    with pytest.raises(DivergenceError) as caught:
        simulation.run()
    assert str(caught.value) == "weights are no longer finite"
    assert caught.value.__notes__ == ["'guard' in event step_finished at step 1 (epoch 0)"]


READ_ONLY = (
    "'meddles' in event step_finished at step 1 (epoch 0): it changes an array that is read-only "
    "there: listeners look on; to change an array, answer an event of kind 'chain', or work on a "
    "copy"
)


@pytest.mark.parametrize(
    "array", ["x", "weights", "current", "activity", "update"], ids=lambda name: name
)
def test_a_listener_cannot_change_an_array(array):
    space = {}
    exec(f"def step_finished(self, {array}): {array}[...] = 0", space)
    meddles = type("Meddles", (), {"step_finished": hookimpl(space["step_finished"])})()
    error = failure(listeners=[meddles])
    assert type(error) is ContractError
    assert str(error) == READ_ONLY


def test_a_listener_cannot_change_an_array_of_the_layer_it_looks_at():
    class Meddles:
        @hookimpl
        def step_finished(self, layer):
            layer.array("weights")[0, 0] = 0

    assert str(failure(listeners=[Meddles()])) == READ_ONLY


def test_a_compiled_listener_cannot_change_an_array_either():
    @njit
    def zero(array):
        array[0, 0] = 0

    class Meddles:
        @hookimpl
        def step_finished(self, weights):
            zero(weights)

    assert str(failure(listeners=[Meddles()])) == READ_ONLY


def test_a_metric_cannot_change_the_responses():
    class Meddles:
        @hookimpl
        def measure(self, responses):
            responses[...] = 0

    assert str(failure(metrics=[Meddles()])) == READ_ONLY.replace(
        "step_finished at step 1 (epoch 0)", "measure at step 4 (epoch 1)"
    )


def test_an_answer_that_returns_another_array_than_it_was_given_is_refused():
    @component
    class Returns:
        @hookimpl
        def activate(self, current, activity):
            return np.tanh(current)

    error = failure(layer(activation=Returns()))
    assert type(error) is ContractError
    assert str(error) == (
        "'returns' returned ndarray from activate, which must return the very array 'activity' "
        "that it was given: write activity[...] = value, then return activity"
    )
    assert error.__notes__ == ["'returns' in event activate at step 0 (epoch 0)"]


def test_an_answer_that_forgets_to_return_its_array_is_refused():
    @component
    class Forgets:
        @hookimpl
        def apply_update(self, weights, update):
            weights += update

    assert str(failure(layer(optimizer=Forgets()))) == (
        "'forgets' returned NoneType from apply_update, which must return the very array 'weights' "
        "that it was given: write weights[...] = value, then return weights"
    )


def test_an_answer_of_a_chain_that_returns_its_result_is_refused():
    @component
    class Halves:
        @hookimpl
        def shape_current(self, current):
            return current / 2

    assert str(failure(layer(lateral=Halves()))) == (
        "'halves' returned ndarray from shape_current, which returns nothing: what it changes it "
        "changes in place"
    )


def test_a_metric_that_returns_a_number_without_a_name_is_refused():
    class Size:
        @hookimpl
        def measure(self, weights):
            return float(np.abs(weights).max())

    assert str(failure(metrics=[Size()])) == (
        "'size' returned float from measure, which returns measurements by name: {'name': number}"
    )


class One:
    @hookimpl
    def measure(self):
        return {"one": 1.0}


class AlsoOne:
    @hookimpl
    def measure(self):
        return {"one": 2.0}


def test_two_metrics_of_one_name_are_refused():
    assert str(failure(metrics=[One(), AlsoOne()])) == (
        "two metrics measure 'one', the second is 'also_one'; leave out one"
    )


def test_a_wrapper_may_rescue_a_run():
    class Breaks:
        @hookimpl
        def shape_update(self, clock):
            if clock.step == 2:
                raise OverflowError

    class Rescues:
        rescued = 0

        @hookimpl(wrapper=True)
        def shape_update(self, update):
            try:
                return (yield)
            except OverflowError:
                update[...] = 0
                self.rescued += 1

    rescues = Rescues()
    assert assemble(experiment(), [Breaks(), rescues]).run().outcome == "finished"
    assert rescues.rescued == 1


def outcome_heard(*listeners, **changes):
    ends = Ends()
    simulation = assemble(experiment(**changes), [*listeners, ends])
    try:
        simulation.run()
    except BaseException as error:
        return ends.outcome, type(error)
    return ends.outcome, None


def raising(event, error):
    space = {"error": error}
    exec(f"def {event}(self): raise error", space)
    return type("Raises", (), {event: hookimpl(space[event])})()


def test_the_end_of_a_run_is_told_whatever_ends_it():
    wrong = "'raises' in event run_started at step 0 (epoch 0) raised OSError: disk"
    assert outcome_heard() == ("finished", None)
    assert outcome_heard(raising("step_finished", KeyboardInterrupt())) == (
        "interrupted",
        KeyboardInterrupt,
    )
    assert outcome_heard(raising("epoch_finished", SystemExit(1))) == ("failed", SystemExit)
    assert outcome_heard(raising("run_started", OSError("disk"))) == (
        f"failed: {wrong}; what was recorded until then is kept",
        ComponentError,
    )


def test_a_listener_hears_all_steps_before_a_failure():
    class Breaks:
        @hookimpl
        def encode(self, clock):
            if clock.step == 3:
                raise RuntimeError

    notes = Notes()
    with pytest.raises(ComponentError):
        assemble(experiment(), [notes, Breaks()]).run()
    assert notes.steps == [("layer_0", 1), ("layer_0", 2), ("layer_0", 3)]
