"""What the plan of a step holds, who hears which step, and the trace."""

import numpy as np
import pytest

from plasticity import Data, Rule, Stream, Variable, assemble, component, hookimpl
from plasticity.errors import ConflictError, ContractError, MissingPartError
from plasticity.hookspecs import EVENTS
from tests.support.toys import SAMPLES, Notes, Plain, experiment, layer, trained, weights_of


@pytest.fixture
def nobody_looks_on(monkeypatch):
    """Leave out the diagnostics, which answer events of their own and look at responses."""
    monkeypatch.setattr("plasticity.simulation.from_spec._diagnostics", dict)


def events_of_a_step(simulation):
    return [answer.event for answer in simulation.plans.next(simulation.layers).step]


def test_a_step_holds_the_events_that_somebody_answers_and_no_other():
    simulation = assemble(experiment())
    assert events_of_a_step(simulation) == [
        "draw_batch",
        "compute_current",
        "activate",
        "modulate",  # the loop empties phi
        "modulate",  # and d
        "modulate",
        "modulate",  # the loop forms dW
        "apply_update",
    ]


def test_every_event_has_a_kind_and_a_line_of_documentation():
    assert {event.kind for event in EVENTS.values()} == {"one", "chain", "collect", "notify"}
    assert [event.name for event in EVENTS.values() if not event.doc.endswith(".")] == []


@pytest.mark.parametrize("every", [1, 2, 3, 5, 7, 100])
def test_a_listener_hears_the_multiples_of_its_every(every):
    # 4 full batches and a partial one an epoch, so that two plans take turns.
    notes = Notes(every)
    trained(listeners=[notes, Notes(2)], batch_size=4, data=Data(SAMPLES[:18]), epochs=4)
    assert notes.steps == [("layer_0", step) for step in range(1, 21) if step % every == 0]


def test_each_layer_tells_its_listeners_of_its_own_steps():
    notes = Notes(every=3)
    trained(layer(), layer(), listeners=[notes], epochs=2)
    assert notes.steps == [("layer_0", 3), ("layer_1", 3), ("layer_0", 6), ("layer_1", 6)]


def test_a_listener_may_ask_to_stop_only_at_the_multiples_of_its_every():
    class Stop:
        every = 3

        @hookimpl
        def should_stop(self, clock):
            return f"at {clock.step}"

    simulation = assemble(experiment(epochs=5), [Stop()])
    assert simulation.run().outcome == "stopped: at 3"


def test_a_listener_registered_during_a_run_hears_from_the_next_step_on():
    notes = Notes()

    class Registers:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == 2:
                simulation.register(notes)

    simulation = assemble(experiment(epochs=2), [Registers()])
    simulation.run()
    assert notes.steps == [("layer_0", step) for step in range(3, 9)]


def test_a_listener_unregistered_during_a_run_hears_no_more():
    notes = Notes()

    class Unregisters:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == 2:
                simulation.unregister(notes)

    simulation = assemble(experiment(epochs=2), [notes, Unregisters()])
    simulation.run()
    assert notes.steps == [("layer_0", 1), ("layer_0", 2)]


def registering(listener):
    with pytest.raises((ConflictError, ContractError, MissingPartError)) as caught:
        assemble(experiment()).register(listener)
    return type(caught.value), str(caught.value)


def test_a_registered_listener_is_checked_like_any_other():
    class Misspells:
        @hookimpl
        def step_finnished(self, clock): ...

    class Activates:
        @hookimpl
        def activate(self, current, activity): ...

    class Reads:
        @hookimpl
        def step_finished(self, threshold): ...

    assert registering(Misspells()) == (
        ContractError,
        "registered[0] 'misspells': there is no event 'step_finnished'; did you mean "
        "'step_finished'? (plasticity events lists all)",
    )
    assert registering(Activates()) == (
        ConflictError,
        "two components answer activate: registered[0] 'activates' and layers[0].activation "
        "'identity'; a layer has one",
    )
    assert registering(Reads()) == (
        MissingPartError,
        "registered[0] 'reads' reads 'threshold', but no component of layer_0 answers "
        "estimate_threshold, which fills it: give the layer a threshold estimator "
        "(threshold = ...)",
    )


def test_a_listener_with_arrays_of_its_own_cannot_come_later():
    class Owns:
        kept = Variable(("neuron",))
        rng = Stream()

        @hookimpl
        def step_finished(self): ...

    assert registering(Owns()) == (
        ContractError,
        "registered[0] 'owns' declares 'kept', 'rng', which is allocated at assembly: give it to "
        "assemble(..., listeners=[...])",
    )


class Around:
    """Wraps one event and notes what goes through."""

    def __init__(self):
        self.seen = []

    @hookimpl(wrapper=True)
    def activate(self, activity):
        filled = yield
        self.seen.append(filled is activity)
        return filled


@pytest.mark.usefixtures("nobody_looks_on")
def test_a_wrapper_goes_around_the_answer_and_changes_no_bit():
    around = Around()
    assert np.array_equal(weights_of(trained(listeners=[around])), weights_of(trained()))
    assert around.seen == [True] * 4


def test_a_wrapper_around_listeners_goes_around_those_who_listen_at_that_step():
    class AroundSteps:
        every = 2
        steps = ()

        @hookimpl(wrapper=True)
        def step_finished(self, clock):
            result = yield
            self.steps += (clock.step,)
            return result

    around, notes = AroundSteps(), Notes(every=3)
    trained(listeners=[around, notes], epochs=3)
    assert around.steps == (2, 4, 6, 8, 10, 12)
    assert notes.steps == [("layer_0", step) for step in (3, 6, 9, 12)]


@pytest.mark.usefixtures("nobody_looks_on")
def test_a_trace_prints_every_call_and_changes_no_bit(monkeypatch, capsys):
    plain = trained(listeners=[Notes(every=2)])
    capsys.readouterr()
    monkeypatch.setenv("PLASTICITY_TRACE", "1")
    notes = Notes(every=2)
    traced = trained(listeners=[notes])
    step = (
        "draw_batch: batches\n"
        "compute_current: dense_synapse\n"
        "activate: identity\n"
        "modulate: toy_hebb\n"
        "apply_update: plain\n"
    )
    assert capsys.readouterr().err == (
        "init_state: small\nepoch_started: batches\n" + 2 * (2 * step + "step_finished: notes\n")
    )
    assert notes.steps == [("layer_0", 2), ("layer_0", 4)]
    assert np.array_equal(weights_of(traced), weights_of(plain))


def test_answers_come_in_the_order_of_the_spec():
    calls = []

    def transform(name):
        @component(label=name)
        class Transform:
            @hookimpl
            def shape_update(self, update):
                calls.append(name)

        return Transform()

    trained(layer(transforms=[transform("first"), transform("second"), transform("third")]))
    assert calls == ["first", "second", "third"] * 4


def test_the_rules_of_a_sum_come_in_the_order_of_the_sum():
    calls = []

    def noting(name):
        @component(label=name)
        class Noting(Rule):
            @hookimpl
            def modulate(self, modulation):
                calls.append(name)

        return Noting()

    trained(layer(rule=noting("one") + 0.5 * noting("two") + noting("three")))
    assert calls == ["one", "two", "three"] * 4


def test_a_layer_answers_for_itself_alone():
    fast, slow = layer(optimizer=Plain(rate=0.5)), layer(optimizer=Plain(rate=0.25))
    simulation = trained(fast, slow)
    rates = [
        [
            answer.component.rate
            for answer in simulation.plans.next([one]).step
            if answer.event == "apply_update"
        ]
        for one in simulation.layers
    ]
    assert rates == [[0.5], [0.25]]
