"""What assembly refuses, each with its whole message."""

import numpy as np
import pytest

from plasticity import Data, Rule, Variable, assemble, component, hookimpl, setting
from plasticity.errors import ConflictError, ContractError, DataError, MissingPartError, SpecError
from tests.support.toys import Identity, Plain, Small, ToyHebb, experiment, layer, refusal


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
        "layers[0].threshold: 'plain' has the role 'optimizer', expected "
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
        "did you mean 'neuron'? (known are 'from_input', 'from_neuron', 'input', 'neuron', "
        "'pattern', 'sample' and the integer settings of its component)"
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
    arrays = simulation.layers[0].arrays.items()
    shapes = {
        name.split(".")[-1]: array.shape for name, array in arrays if name.startswith("layers[0].")
    }
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
