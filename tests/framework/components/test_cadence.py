"""When listeners and metrics are due, and that nothing is asked in between."""

from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Cadence, Experiment, assemble, component, hookimpl, setting
from plasticity.components.cadence import GivenSteps, LogSteps, Steps
from plasticity.errors import EntryError
from tests.support.toys import Notes, ToyHebb, experiment, layer, trained

cadences = st.one_of(
    st.builds(Steps, st.integers(1, 30)),
    st.builds(GivenSteps, st.lists(st.integers(1, 400), min_size=1, max_size=20)),
    st.builds(LogSteps, st.integers(1, 40)),
)


def due(cadence, until):
    """The steps at which a cadence is due, one `following` after the other."""
    steps, step = [], 0
    while (step := cadence.following(step)) is not None and step <= until:
        steps.append(step)
    return steps


@given(cadences, st.integers(0, 500))
def test_the_following_step_is_the_first_that_is_due_after_any_step(cadence, step):
    later = [each for each in due(cadence, 2000) if each > step]
    assert cadence.following(step) == (later[0] if later else None)


@given(cadences, st.integers(0, 500), st.integers(0, 500))
def test_the_count_is_of_the_steps_in_between(cadence, after, until):
    between = [step for step in due(cadence, 600) if after < step <= until]
    assert cadence.count(after, until) == len(between)


@given(cadences, st.sampled_from((1, 2, 4, 8)))
def test_thinned_steps_are_some_of_the_steps(cadence, times):
    assert set(due(cadence.thinned(times), 400)) <= set(due(cadence, 400))


def test_thinning_keeps_every_so_many_th_step():
    assert due(Steps(3).thinned(2), 20) == [6, 12, 18]
    assert due(GivenSteps((1, 5, 7, 9)).thinned(2), 20) == [5, 9]
    assert due(LogSteps(2).thinned(2), 1000) == [1, 10, 100, 1000]


@given(st.integers(1, 12))
def test_logarithmic_steps_are_evenly_spread_over_a_late_decade(per_decade):
    steps = due(LogSteps(per_decade), 10**6)[-per_decade:]
    assert np.allclose(np.diff([log10(step) for step in steps]), 1 / per_decade, atol=1e-4)


def test_logarithmic_steps_never_end():
    assert LogSteps(3).following(10**40) > 10**40


@pytest.mark.parametrize(
    ("every", "steps"),
    [
        (2, [2, 4, 6, 8]),
        ("3 steps", [3, 6]),
        ("1 epoch", [4, 8]),
        ("2 epochs", [8]),
        ("4 per decade", [1, 2, 3, 6]),
        ([7, 2], [2, 7]),
    ],
)
def test_a_listener_hears_the_steps_of_its_cadence(every, steps):
    notes = Notes(every)
    trained(listeners=[notes], epochs=2)
    assert notes.steps == [("layer_0", step) for step in steps]


@pytest.mark.parametrize("every", ["2 epochs often", "0 epochs", "-1 epochs", (), (-1,), None, 1.0])
def test_what_tells_no_steps_is_no_cadence(every):
    with pytest.raises(EntryError) as caught:
        Cadence.of(every, 4)
    assert str(caught.value) == (
        'every must be an integer from 1 (steps), a string like "2 epochs" or "10 per decade", or '
        f"an object with following(step), got {every!r}"
    )


def test_an_object_tells_the_steps_of_a_listener():
    class Doubling:
        def following(self, step):
            return max(2 * step, 1)

    notes = Notes(Doubling())
    trained(listeners=[notes], epochs=3)
    assert [step for _, step in notes.steps] == [1, 2, 4, 8]


def test_a_listener_that_tells_its_steps_itself_may_change_its_mind():
    class Slowing(Notes):
        def following(self, step):
            every = 2 ** len(self.steps)
            return (step // every + 1) * every

    notes = Slowing()
    trained(listeners=[notes, Notes(2)], epochs=4)
    assert [step for _, step in notes.steps] == [1, 2, 4, 8, 16]


def test_a_listener_with_no_further_step_is_left_alone():
    notes = Notes([3])
    trained(listeners=[notes], epochs=4)
    assert notes.steps == [("layer_0", 3)]


# -- metrics -----------------------------------------------------------------------------------


@component
class Asked:
    """Measures the step."""

    @hookimpl
    def measure(self, clock):
        return {"asked": clock.step}


@component
class Looks:
    """Measures how many responses there are."""

    @hookimpl
    def measure(self, responses):
        return {"looks": responses.size}


def measured(**changes):
    """Name of a measurement -> the steps at which it was taken."""
    metrics = assemble(experiment(epochs=2, **changes)).run().metrics
    return {
        name: metrics.step.values[np.isfinite(array.values)].tolist()
        for name, array in metrics.data_vars.items()
    }


def test_a_metric_may_have_a_cadence_of_its_own():
    assert measured(metrics=[Asked(every=3), Looks()]) == {"asked": [3, 6, 8], "looks": [4, 8]}
    assert measured(metrics=[Asked(every="2 epochs"), Looks()], measure_every=3) == {
        "asked": [8],
        "looks": [3, 6, 8],
    }


def test_the_cadence_of_a_metric_is_one_of_its_settings_in_a_spec_file():
    spec = """
        data = "digits"
        epochs = 2
        metrics = [{name = "overlap", every = "10 per decade"}, "selectivity"]
        [[layers]]
        neurons = 3
        rule = "oja"
        activation = "relu"
        optimizer = "sgd"
        initializer = "normal"
    """
    read = Experiment.from_toml(spec)
    assert read.to_dict()["metrics"] == [
        {"name": "overlap", "every": "10 per decade"},
        "selectivity",
    ]
    assert Experiment.from_toml(read.to_toml()) == read
    made = assemble(read).layers[0].components["metrics[0]"]
    assert made.every == "10 per decade"


def test_responses_are_not_computed_for_metrics_that_are_not_due():
    class Counts:
        calls = 0

        @hookimpl(wrapper=True)
        def compute_current(self, x):
            self.calls += len(x) == 20
            return (yield)

    def evaluations(*metrics):
        counts = Counts()
        trained(metrics=metrics, listeners=[counts], epochs=2)
        return counts.calls

    # Diagnostics look at responses as well.
    assert evaluations(Asked(every=1), Looks(every=4)) - evaluations(Asked(every=1)) == 2


def test_a_metric_of_two_layers_is_due_in_both():
    simulation = assemble(experiment(layer(), layer(), metrics=[Asked(every=3)], epochs=1))
    run = simulation.run()
    for index in (0, 1):
        assert run.recorded("metrics", index).step.values.tolist() == [3, 4]


def test_a_setting_every_that_a_metric_has_already_stays_as_it_is():
    @component
    class Often:
        every: int = 2

        @hookimpl
        def measure(self, clock):
            return {"often": clock.step}

    assert measured(metrics=[Often()]) == {"often": [2, 4, 6, 8]}


@pytest.mark.parametrize("coefficient", [1, 0.5])
def test_a_rule_may_listen_as_any_other_component(coefficient):
    # Its method `following` is that of its arithmetic, and tells no steps.
    steps = []

    @component
    class Listens(ToyHebb):
        every: int = setting(default=3, doc="steps between two")

        @hookimpl
        def step_finished(self, clock):
            steps.append(clock.step)

    trained(layer(rule=coefficient * Listens()), epochs=2)
    assert steps == [3, 6]
