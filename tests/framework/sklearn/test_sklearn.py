"""Experiments as estimators of scikit-learn: contract, parameters, passes, pickles, mistakes."""

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import attrs
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import plasticity as pl
import plasticity.sklearn
from plasticity import hookimpl
from plasticity.errors import DivergenceError, SettingError, SpecError, UnknownNameError
from plasticity.sklearn import BCM, KrotovHopfield, PlasticityTransformer
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.correlation import oja

TWO_LAYERS = Path(__file__).parents[3] / "examples" / "two_layers.toml"
# Steps through the plan: nothing of this is about compiled steps, which take long to be made.
SMALL = {"neurons": 3, "epochs": 2, "metrics": [], "fuse": "never"}


BARE = pl.Experiment(
    data="digits",
    layers=[
        pl.Layer(neurons=3, rule="oja", activation="linear", initializer="normal", optimizer="sgd")
    ],
    fuse="never",
)


@pytest.mark.usefixtures("all_checks")
@parametrize_with_checks([BCM(**SMALL), KrotovHopfield(**SMALL), PlasticityTransformer(BARE)])
def test_an_estimator_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def samples(count=40, n_input=6, seed=0):
    return np.random.default_rng(seed).random((count, n_input))


def assert_responds_alike(one, other):
    assert np.array_equal(one.transform(samples(seed=9)), other.transform(samples(seed=9)))


# -- what is learnt ----------------------------------------------------------------------------


def test_a_fit_is_the_run_of_the_same_settings():
    x = samples(300)
    settings = {"neurons": 3, "epochs": 2, "batch_size": 20, "fuse": "never"}
    made = BCM(**settings, optimizer__rate=0.01, random_state=4).fit(x)
    run = pl.run("bcm", data=x, **settings, seed=4, observers=[], **{"optimizer.rate": 0.01})
    assert np.array_equal(made.weights_, run.weights)
    assert made.run_.metrics.identical(run.metrics)


def test_responses_are_those_of_the_simulation():
    x = samples()
    made = KrotovHopfield(**SMALL).fit(x)
    experiment = attrs.evolve(made.configured(), data=pl.Data(x), batch_size=40)
    simulation = pl.assemble(experiment)
    simulation.run()
    assert np.array_equal(made.transform(x), simulation.respond(x).T)


def test_the_last_of_several_layers_responds():
    made = PlasticityTransformer(TWO_LAYERS, epochs=1, fuse="never", metrics=[]).fit(samples())
    assert made.transform(samples()).shape == (40, 10)
    assert made.weights_.shape == (10, 30)


def test_a_batch_is_no_larger_than_the_samples():
    assert BCM(**SMALL).fit(samples(7)).run_.experiment.batch_size == 7


def test_bytes_count_as_grey_levels():
    x = np.random.default_rng(0).integers(0, 256, (40, 6)).astype(np.uint8)
    of_bytes, of_floats = BCM(**SMALL).fit(x), BCM(**SMALL).fit(x * np.float32(1 / 255))
    assert_responds_alike(of_bytes, of_floats)
    assert np.array_equal(of_bytes.transform(x), of_floats.transform(x * np.float32(1 / 255)))


def test_a_random_state_gives_a_seed_of_its_own_at_each_fit():
    random_state = np.random.RandomState(0)
    made = BCM(**SMALL, random_state=random_state)
    made.get_params()
    seeds = [made.fit(samples()).run_.experiment.seed for _ in range(2)]
    assert seeds == list(np.random.RandomState(0).randint(2**31, size=2))


def test_listeners_hear_the_run():
    class Counter:
        steps = 0

        @pl.hookimpl
        def step_finished(self):
            self.steps += 1

    counter = Counter()
    BCM(**SMALL, batch_size=10, listeners=[counter]).fit(samples())
    assert counter.steps == 8


def test_labels_reach_the_metrics():
    made = BCM(**{**SMALL, "metrics": ["class_purity"]})
    made.fit(samples(), np.arange(40) % 2)
    assert "class_purity" in made.run_.metrics


def test_an_observer_that_only_writes_is_left_out_unless_asked_for():
    silent, talking = BCM(), BCM(verbose=True)
    left, all_ = ([o.name for o in made.configured().observers] for made in (silent, talking))
    assert (left, all_) == (["divergence_guard"], ["progress", "divergence_guard"])


# -- passes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"batch_size": 15}, {"schedule": "linear_to_zero"}])
def test_as_many_passes_as_epochs_are_a_fit_bit_for_bit_also_in_other_processes(settings):
    settings = {**SMALL, "epochs": 3, "optimizer": {"name": "adam", "rate": 0.01}, **settings}
    passing = BCM(**settings)
    for _ in range(3):
        passing = pickle.loads(pickle.dumps(passing.partial_fit(samples())))
    whole = BCM(**settings).fit(samples())
    assert np.array_equal(passing.weights_, whole.weights_)
    assert_responds_alike(passing, whole)


def test_a_pass_may_be_over_other_samples_and_more_of_them_than_planned():
    made = BCM(**SMALL)
    for count in (40, 7, 130):
        before = getattr(made, "weights_", np.zeros((3, 6)))
        made.partial_fit(samples(count, seed=count))
        assert not np.array_equal(made.weights_, before)
    assert made.n_epoch_ == 3


class RateFactors:
    """Listener that keeps the rate factor of each step, and how far the weights moved."""

    every = 1

    def __init__(self):
        self.factors, self.moved, self.last = [], [], None

    @pl.hookimpl
    def step_finished(self, clock, weights):
        self.factors.append(clock.rate_factor)
        if self.last is not None:
            self.moved.append(np.abs(weights - self.last).mean())
        self.last = weights.copy()


@pytest.mark.parametrize("schedule", ["linear_to_zero", "cosine"])
def test_a_stream_of_calls_changes_the_weights_at_call_100_as_at_call_10(schedule):
    heard = RateFactors()
    made = BCM(neurons=3, random_state=1, schedule=schedule, metrics=[], listeners=[heard])
    for call in range(100):
        made.partial_fit(samples(20, seed=call))
    assert len(heard.factors) == 100
    # The preset has 200 epochs, of which call 100 would be half way to a rate of 0.
    np.testing.assert_allclose(heard.factors, 1, rtol=1e-6)
    assert 0.5 < np.mean(heard.moved[90:]) / np.mean(heard.moved[5:15]) < 2


def test_a_stream_of_known_length_anneals_over_that_many_calls():
    heard = RateFactors()
    made = BCM(neurons=3, epochs=20, schedule="linear_to_zero", metrics=[], listeners=[heard])
    for call in range(20):
        made.partial_fit(samples(20, seed=call))
    np.testing.assert_allclose(heard.factors, 1 - np.arange(20) / 20)


def test_whether_a_stream_is_compiled_does_not_depend_on_its_end():
    passing = BCM(neurons=3, metrics=[]).partial_fit(samples()).partial_fit(samples())
    assert passing.run_.store.attributes["compiled"] == []
    always = BCM(neurons=3, metrics=[], fuse="always").partial_fit(samples())
    assert always.run_.store.attributes["compiled"] == ["layer_0"]


def test_passes_go_on_in_the_last_phase():
    phases = (pl.Phase("early", 1), pl.Phase("late", 1))
    made = pl.Experiment.load("bcm")
    layer = {**made.to_dict()["layers"][0], "rule": {"name": "bcm", "phases": ["early"]}}
    tables = {**made.to_dict(), "layers": [layer], "metrics": []}
    del tables["epochs"]
    tables["phases"] = [{"name": phase.name, "epochs": phase.epochs} for phase in phases]
    passing = PlasticityTransformer(pl.Experiment.from_dict(tables), neurons=3, fuse="never")
    learnt = [passing.partial_fit(samples()).weights_ for _ in range(4)]
    assert all(np.array_equal(learnt[0], later) for later in learnt[1:])


def test_passes_through_layers_trained_one_after_the_other_are_refused():
    made = PlasticityTransformer(TWO_LAYERS)
    with pytest.raises(SpecError) as caught:
        made.partial_fit(samples())
    assert str(caught.value) == (
        "partial_fit: the experiment trains layer by layer, each for all epochs, and one epoch is "
        "given at a time; use fit, or training = 'together'"
    )
    assert made.set_params(training="together").partial_fit(samples()).n_epoch_ == 1


# -- parameters --------------------------------------------------------------------------------


def test_every_setting_is_a_parameter():
    known = KrotovHopfield(neurons=7, rule__rank=5).get_params()
    asked = {"neurons": 7, "rule__rank": 5, "rule__power": 2.0, "optimizer__rate": 0.035,
             "lateral": None, "transforms": ["max_abs"], "dtype": "float32"}  # fmt: skip
    assert {name: known[name] for name in asked} == asked
    both = PlasticityTransformer(TWO_LAYERS).get_params()
    assert (both["layers__0__neurons"], both["layers__1__rule__1__coefficient"]) == (30, 0.1)


@pytest.mark.parametrize(
    "made", [BCM(**SMALL), KrotovHopfield(**SMALL), PlasticityTransformer(TWO_LAYERS, fuse="never")]
)
def test_all_parameters_set_as_they_are_change_nothing(made):
    again = clone(made).set_params(**made.get_params())
    assert_responds_alike(made.fit(samples()), again.fit(samples()))


def test_a_component_is_replaced_before_what_is_inside_of_it_is_set():
    made = BCM().set_params(threshold__memory=0.5, threshold="moving_average", lateral=None)
    layer = made.configured().layers[0]
    assert (layer.threshold.settings, layer.lateral) == ({"memory": 0.5}, None)


def test_a_search_walks_over_settings_of_components():
    x, labels = samples(60), np.arange(60) % 2
    pipeline = make_pipeline(KrotovHopfield(**SMALL), RidgeClassifier())
    grid = {"krotovhopfield__rule__power": np.array([2.0, 3.0]), "krotovhopfield__lateral": [None]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(x, labels)
    best = search.best_estimator_[0]
    assert best.configured().layers[0].rule[0].rule.settings["power"] in (2.0, 3.0)
    assert search.predict(x).shape == (60,)


def test_names_of_features_and_data_frames():
    made = BCM(**SMALL).set_output(transform="pandas")
    table = made.fit_transform(samples())
    assert list(table.columns) == list(made.get_feature_names_out()) == ["bcm0", "bcm1", "bcm2"]


# -- pickles -----------------------------------------------------------------------------------


def test_rules_composed_in_python_are_cloned_and_pickled():
    rule = lc94() + 0.1 * oja()
    made = clone(BCM(**SMALL, rule=rule)).fit(samples())
    taken_up = pickle.loads(pickle.dumps(made))
    assert [term.coefficient for term in taken_up.configured().layers[0].rule] == [1.0, 0.1]
    assert_responds_alike(made, taken_up)
    assert not hasattr(taken_up, "run_")


def test_what_is_pickled_does_not_hold_the_samples():
    few, many = (len(pickle.dumps(BCM(**SMALL).fit(samples(n)))) for n in (200, 20_000))
    assert many - few < 8 * 20_000 * 2  # the order of the samples, not their values


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"neuron": 3}, UnknownNameError, "no setting 'neuron'; did you mean 'neurons'?"),
        (
            {"rule__powr": 3},
            SettingError,
            "layers[0].rule 'krotov_hopfield': no setting 'powr'; did you mean 'power'?",
        ),
        (
            {"rule__rank": 1},
            SettingError,
            "layers[0].rule 'krotov_hopfield': rank must lie in [2, inf), got 1: with 1 the winner "
            "itself would learn with the opposite sign",
        ),
        ({"neurons": 0}, SpecError, "layers[0].neurons: must be an integer from 1, got 0"),
        ({"random_state": -1}, SpecError, "seed: must be an integer from 0, got -1"),
    ],
)
def test_a_wrong_parameter_is_told_by_fit(settings, error, message):
    made = KrotovHopfield(**settings)
    with pytest.raises(error) as caught:
        made.fit(samples())
    assert str(caught.value) == message


def test_weights_that_are_no_longer_finite_are_no_fit():
    made = BCM(**SMALL, observers=[], optimizer={"name": "sgd", "rate": 1e38}, lateral=None)
    with np.errstate(all="ignore"), pytest.raises(DivergenceError) as caught:
        made.fit(100 * samples())
    assert str(caught.value) == (
        "layer_0: 'weights' holds infinity or NaN after step 2 (not looked at since step 0); lower "
        "the learning rate, or bound the weights"
    )


def test_a_name_of_no_estimator_offers_the_nearest():
    with pytest.raises(AttributeError) as caught:
        _ = plasticity.sklearn.KrotovHopfeld
    assert str(caught.value) == (
        "module 'plasticity.sklearn' has no 'KrotovHopfeld'; did you mean 'KrotovHopfield'?"
    )


def test_the_preset_of_a_stranger_has_an_estimator_of_its_own(tmp_path):
    told = tmp_path / "stranger-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[plasticity.presets]\nmy_bcm = stranger:my.toml\n")
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "__init__.py").touch()
    text = pl.Experiment.load("bcm").to_toml().replace("neurons = 100", "neurons = 2")
    (tmp_path / "stranger" / "my.toml").write_text(text)
    code = "from plasticity.sklearn import MyBCM; print(MyBCM())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("MyBCM()\n", "")


class Asks:
    """Sends a signal in the middle of the second epoch."""

    def __init__(self, number):
        self.number = number

    @hookimpl
    def step_finished(self, clock):
        if clock.step == 15:
            os.kill(os.getpid(), self.number)


def test_an_interrupted_fit_counts_as_far_as_it_came():
    made = BCM(**SMALL | {"epochs": 5, "batch_size": 4}, listeners=[Asks(signal.SIGINT)])
    with pytest.warns(ConvergenceWarning) as warned:
        made.fit(samples())
    assert str(warned[0].message) == (
        "BCM: interrupted after 1 of 5 epochs; it is fitted as far as it came"
    )
    assert made.run_.outcome == "interrupted"
    assert np.array_equal(made.run_.weights, made.weights_)
    assert made.transform(samples()).shape == (40, 3)


def test_a_fit_that_a_scheduler_ends_counts_and_raises():
    made = BCM(**SMALL | {"epochs": 5, "batch_size": 4}, listeners=[Asks(signal.SIGTERM)])
    with pytest.raises(KeyboardInterrupt):
        made.fit(samples())
    assert made.transform(samples()).shape == (40, 3)


# -- phases and names --------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [pl.Phase("early", 1), {"name": "early", "epochs": 1}])
def test_phases_and_names_of_parts_are_parameters(phase):
    late = pl.Phase("late", 2)
    layer = BCM(phases=[phase, late], phases__late__epochs=1, threshold__moving_average__memory=0.5)
    made = clone(layer.set_params(epochs=4)).configured()
    assert [(item.name, item.epochs) for item in made.phases] == [("early", 2), ("late", 2)]
    assert made.layers[0].threshold.settings["memory"] == 0.5
