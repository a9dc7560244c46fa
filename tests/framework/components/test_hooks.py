"""Which methods are answers to events, and which are refused, each with the whole message."""

from dataclasses import dataclass

import pytest
from numba import njit

from plasticity import component, hookimpl
from plasticity.errors import ConflictError
from tests.support.toys import Notes, layer, refusal


def test_a_misspelled_event_is_refused_with_the_nearest():
    @component
    class Lateral:
        @hookimpl
        def shape_curent(self, current): ...

    assert refusal(layer(lateral=Lateral())) == (
        "layers[0].lateral 'lateral': there is no event 'shape_curent'; did you mean "
        "'shape_current'? (plasticity events lists all)"
    )


def refused_hook(hook):
    """The refusal of a listener with this attribute, less its place."""
    cls = type("Listener", (), {hook.__name__ if hasattr(hook, "__name__") else "measure": hook})
    return refusal(listeners=[cls()]).removeprefix("listeners[0] 'listener': ")


def test_an_argument_with_a_default_is_refused():
    @hookimpl
    def step_finished(self, clock, weights=None): ...

    assert refused_hook(step_finished) == (
        "argument 'weights' of step_finished has a default, which pluggy fills or not depending "
        "on its version; leave the default out"
    )


def test_gathered_arguments_are_refused():
    @hookimpl
    def step_finished(self, *args): ...

    assert refused_hook(step_finished) == (
        "step_finished takes *args, but the signature of an answer is its list of dependencies; "
        "name each, by position"
    )


def test_gathered_keywords_are_refused():
    @hookimpl
    def step_finished(self, **known): ...

    assert refused_hook(step_finished) == (
        "step_finished takes **known, but the signature of an answer is its list of "
        "dependencies; name each, by position"
    )


def test_an_argument_by_keyword_only_is_refused():
    @hookimpl
    def step_finished(self, *, clock): ...

    assert refused_hook(step_finished) == (
        "step_finished takes *, clock, but the signature of an answer is its list of "
        "dependencies; name each, by position"
    )


def test_an_argument_that_the_event_does_not_have_is_refused_with_the_nearest():
    @hookimpl
    def should_stop(self, weigths): ...

    assert refused_hook(should_stop) == (
        "should_stop has no argument 'weigths'; did you mean 'weights'? (it has layer, clock, "
        "weights)"
    )


def test_a_hook_without_self_is_refused():
    @hookimpl
    def should_stop(clock): ...

    assert refused_hook(should_stop) == "should_stop is a method, but takes no self"


def test_a_compiled_hook_is_refused():
    @hookimpl
    @njit
    def step_finished(self, weights): ...

    assert refused_hook(step_finished) == (
        "step_finished must be a plain method of its class, got CPUDispatcher; put no decorator "
        "beside @hookimpl"
    )


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_a_hook_that_is_no_method_is_refused_whichever_decorator_is_outside(kind):
    def step_finished(clock): ...

    expected = (
        f"step_finished must be a plain method of its class, got {kind.__name__}; put no "
        "decorator beside @hookimpl"
    )
    assert refused_hook(hookimpl(kind(step_finished))) == expected
    assert refused_hook(kind(hookimpl(step_finished))) == expected


def test_a_function_put_on_the_object_is_refused():
    @hookimpl
    def epoch_finished(clock): ...

    listener = Notes()
    listener.epoch_finished = epoch_finished
    assert refusal(listeners=[listener]) == (
        "listeners[0] 'notes': epoch_finished must be a plain method of its class, got function; "
        "put no decorator beside @hookimpl"
    )


def test_a_wrapper_that_does_not_yield_is_refused():
    @hookimpl(wrapper=True)
    def step_finished(self): ...

    assert refused_hook(step_finished) == (
        "step_finished is marked as a wrapper, which must be a generator: it yields once, where "
        "the wrapped answers are called"
    )


def test_an_object_that_answers_nothing_is_refused():
    @component
    class Mute: ...

    assert refusal(layer(lateral=Mute())) == (
        "layers[0].lateral 'mute' answers no event: mark its methods with @hookimpl (plasticity "
        "events lists all)"
    )


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2", "0 epochs", "often", []])
def test_an_every_that_tells_no_steps_is_refused(every):
    assert refusal(listeners=[Notes(every)]) == (
        "listeners[0] 'notes': every must be an integer from 1 (steps), a string like "
        f'"2 epochs" or "10 per decade", or an object with following(step), got {every!r}'
    )


def test_a_listener_that_compares_by_value_is_refused():
    @dataclass
    class Counter:
        count: int = 0

        @hookimpl
        def step_finished(self): ...

    assert refusal(listeners=[Counter()]) == (
        "listeners[0] 'counter' compares by value, and pluggy takes two equal listeners for one: "
        "make it a @component, or leave out __eq__ (@dataclass(eq=False))"
    )


def test_one_listener_in_two_places_is_refused():
    notes = Notes()
    assert refusal(listeners=[notes, notes], error=ConflictError) == (
        "listeners[0] and listeners[1] are the same object, a 'notes'; make one for each"
    )
