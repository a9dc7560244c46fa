"""What assembly refuses, each with its whole message."""

from dataclasses import dataclass

import numpy as np
import pytest
from numba import njit
from toys import Identity, Notes, Plain, Small, ToyHebb, experiment, layer

from plasticity import Data, Rule, Variable, assemble, component, hookimpl, setting
from plasticity.errors import ConflictError, ContractError, DataError, MissingPartError, SpecError


def refusal(*layers, listeners=(), error=ContractError, **changes):
    """The message with which such an experiment is refused."""
    with pytest.raises(error) as caught:
        assemble(experiment(*layers, **changes), listeners)
    assert type(caught.value) is error
    return str(caught.value)


# -- hooks -------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2"])
def test_a_listener_that_listens_every_so_many_steps_needs_a_whole_number(every):
    assert refusal(listeners=[Notes(every)]) == (
        f"listeners[0] 'notes': every must be a whole number of steps from 1, got {every!r}"
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


# -- who answers, who writes, who reads --------------------------------------------------------


def test_two_answers_to_an_event_that_has_one_are_refused_naming_both():
    @component
    class Twice(Rule):
        @hookimpl
        def modulate(self, modulation): ...

        @hookimpl
        def activate(self, current, activity): ...

    assert refusal(layer(rule=Twice()), error=ConflictError) == (
        "two components answer activate: layers[0].rule 'twice' and layers[0].activation "
        "'identity'; a layer has one"
    )


def test_two_synapses_of_a_rule_and_a_layer_are_refused():
    class Current:
        @hookimpl
        def compute_current(self, current): ...

    assert refusal(layer(synapse=Current()), listeners=[Current()], error=ConflictError) == (
        "two components answer compute_current: listeners[0] 'current' and layers[0].synapse "
        "'current'; a layer has one"
    )


def owner(label, **declared):
    """A constraint that declares these Variables."""
    cls = type("Owner", (), {"constrain_weights": constrain_weights, **declared})
    return component(label=label)(cls)()


@hookimpl
def constrain_weights(self, weights): ...


def test_two_writers_of_an_array_are_refused_naming_both():
    parts = [owner(name, trace=Variable(("neuron",), intent="out")) for name in ("one", "other")]
    assert refusal(layer(constraints=parts), error=ConflictError) == (
        "two components write 'trace': layers[0].constraints[0] 'one' and "
        "layers[0].constraints[1] 'other'; leave out one"
    )


def test_a_writer_of_an_array_of_the_loop_is_refused():
    part = owner("one", weights=Variable(("neuron", "input"), intent="out"))
    assert refusal(layer(constraints=part), error=ConflictError) == (
        "two components write 'weights': the events of the loop and layers[0].constraints[0] "
        "'one'; leave out one"
    )


def test_a_declared_array_that_nobody_writes_is_refused():
    part = owner("one", trace=Variable(("neuron",), intent="in"))
    assert refusal(layer(constraints=part), error=MissingPartError) == (
        "layers[0].constraints[0] 'one' reads 'trace', which no component of layer_0 writes "
        "(written are 'activity', 'current', 'decay', 'modulation', 'slope', 'update', "
        "'weights', 'x')"
    )


def test_a_rule_that_reads_the_threshold_needs_an_estimator():
    assert refusal(layer(rule="bcm"), error=MissingPartError) == (
        "layers[0].rule 'lc94' reads 'threshold', but no component of layer_0 answers "
        "estimate_threshold, which fills it: give the layer a threshold estimator "
        "(threshold = ...)"
    )


def test_a_rule_that_reads_the_slope_needs_an_activation_with_a_derivative():
    @component
    class Sloped(Rule):
        @hookimpl
        def modulate(self, slope, modulation): ...

    assert refusal(layer(rule=Sloped()), error=MissingPartError) == (
        "layers[0].rule 'sloped' reads 'slope', but no component of layer_0 answers "
        "differentiate, which fills it: its activation has no derivative; use another activation"
    )


def test_a_component_of_another_role_is_refused():
    assert refusal(layer(threshold=Plain()), error=SpecError) == (
        "layers[0].threshold: 'plain' is of role 'optimizer', but here belongs one of role "
        "'threshold' (plasticity plugins lists all by role)"
    )


@pytest.mark.parametrize(
    ("entry", "event"),
    [("activation", "activate"), ("optimizer", "apply_update"), ("initializer", "init_state")],
)
def test_a_layer_without_one_of_its_parts_is_refused(entry, event):
    assert refusal(layer(**{entry: None}), error=MissingPartError) == (
        f"layers[0]: no component answers {event}; give the layer its {entry}"
    )


def test_data_that_nobody_opens_are_refused():
    @component
    class Endless:
        @hookimpl
        def draw_batch(self, x): ...

    assert refusal(data=Endless(), error=MissingPartError) == (
        "data 'endless' must answer open_data"
    )


def test_a_source_that_returns_no_data_is_refused():
    @component
    class Empty:
        @hookimpl
        def open_data(self, split): ...

    assert refusal(data=Empty(), error=DataError) == (
        "data 'empty': open_data returned NoneType, not Data"
    )


def test_a_batch_larger_than_the_data_is_refused():
    assert refusal(batch_size=21, error=DataError) == (
        "batch_size is 21, but the data have 20 samples; give a batch_size up to 20"
    )


# -- names -------------------------------------------------------------------------------------


def test_a_name_of_two_layers_is_refused():
    assert refusal(layer(name="layer_1"), layer(), error=SpecError) == (
        "layers[1]: the name 'layer_1' is taken by layers[0]"
    )


def test_the_name_of_the_experiment_is_no_name_of_a_layer():
    assert refusal(layer(name="experiment"), error=SpecError) == (
        "layers[0]: the name 'experiment' is taken by the experiment as a whole"
    )


def test_a_name_that_would_be_a_path_in_the_store_is_refused():
    assert refusal(layer(name="visual/v1"), error=SpecError) == (
        "layers[0]: the name 'visual/v1' has a '/', which parts groups in a store"
    )


def test_a_phase_that_the_experiment_does_not_have_is_refused():
    assert refusal(layer(rule=ToyHebb().during("rearing")), error=SpecError) == (
        "layers[0].rule: no phase 'rearing' to learn in (the experiment has no phases)"
    )


# -- Variables ---------------------------------------------------------------------------------


def test_an_unknown_dimension_is_refused():
    part = owner("one", trace=Variable(("neurone",)))
    assert refusal(layer(constraints=part)) == (
        "layers[0].constraints[0] 'one': Variable 'trace' has the unknown dimension 'neurone'; "
        "did you mean 'neuron'? (known are 'input', 'neuron', 'pattern', 'sample' and the "
        "whole-number settings of its component)"
    )


def test_an_array_of_the_samples_of_a_batch_cannot_be_kept():
    part = owner("one", trace=Variable(("neuron", "sample")))
    assert refusal(layer(constraints=part)) == (
        "layers[0].constraints[0] 'one': Variable 'trace' belongs to the samples of one batch, so "
        "it cannot be kept from step to step: declare it with intent='scratch'"
    )


def test_a_dimension_may_be_a_number_or_a_setting():
    @component
    class Sized:
        n_bin: int = setting(default=7, doc="bins")
        histogram = Variable(("neuron", "n_bin"))
        pair = Variable((2,), dtype="int64")

        @hookimpl
        def constrain_weights(self, weights): ...

    simulation = assemble(experiment(layer(constraints=Sized())))
    arrays = simulation.layers[0].arrays
    shapes = {name.split(".")[-1]: array.shape for name, array in arrays.items() if "." in name}
    assert shapes == {"histogram": (3, 7), "pair": (2,)}


def test_an_array_cannot_be_rebound():
    part = owner("one", trace=Variable(("neuron",)))
    with pytest.raises(ContractError) as caught:
        part.trace = np.zeros(3)
    assert str(caught.value) == (
        "Owner.trace would be rebound: arrays are filled, write self.trace[...] = value"
    )


def test_an_array_may_be_changed_by_an_operator():
    part = (
        assemble(experiment(layer(constraints=owner("one", trace=Variable(("neuron",))))))
        .layers[0]
        .components["layers[0].constraints[0]"]
    )
    part.trace += 1
    assert np.array_equal(part.trace, np.ones(3))


def test_an_array_is_not_there_before_assembly():
    part = owner("one", trace=Variable(("neuron",)))
    with pytest.raises(ContractError) as caught:
        part.trace  # noqa: B018 - looking is the test
    assert str(caught.value) == (
        "Owner.trace has no array yet: it is allocated when a simulation is assembled"
    )


def test_an_unknown_intent_is_refused():
    with pytest.raises(ContractError) as caught:
        Variable(("neuron",), intent="write")
    assert str(caught.value) == (
        "Variable: intent must be one of ('own', 'out', 'in', 'inout', 'scratch'), got 'write'"
    )


def test_the_parts_that_all_this_is_tried_on_are_accepted():
    parts = {"activation": Identity(), "optimizer": Plain(), "initializer": Small()}
    assert (
        assemble(experiment(layer(**parts), data=Data(np.ones((5, 2))))).layers[0].name == "layer_0"
    )
