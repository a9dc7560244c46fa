"""Runs, experiments and estimators go from one process to another."""

import copy
import pickle
import subprocess
import sys
from textwrap import dedent

import joblib
import numpy as np
import pytest
import xarray as xr
from sklearn.model_selection import GridSearchCV

import plasticity as pl
from plasticity import Rule, component, hookimpl
from plasticity.analysis import responses_of
from plasticity.comparison.comparison import compare
from plasticity.errors import StoreError
from plasticity.sklearn import BCM
from plasticity_plugins.rules.equation import Equation
from tests.support.toys import Identity, Plain, Small, ToyHebb

X = np.random.default_rng(0).random((400, 16)).astype("float32")
SMALL = {"neurons": 4, "epochs": 2, "seed": 1, "observers": []}
RECORDED = SMALL | {"observers": [{"name": "recorder", "variables": ["weights"], "every": 2}]}


def sent(value):
    """What another process gets."""
    return pickle.loads(pickle.dumps(value))


@pytest.fixture(scope="module")
def run():
    return pl.run("bcm", data=X, **RECORDED)


@pytest.fixture(scope="module")
def stored(new_folder):
    return pl.run("bcm", data=X, out=new_folder() / "run", **RECORDED)


# -- runs --------------------------------------------------------------------------------------


def test_runs_of_worker_processes_have_the_weights_of_serial_ones():
    settings = [SMALL | {"seed": seed} for seed in range(3)]
    wanted = [pl.run("bcm", data=X, **each).weights.values for each in settings]
    found = joblib.Parallel(n_jobs=2)(
        joblib.delayed(pl.run)("bcm", data=X, **each) for each in settings
    )
    assert [np.array_equal(run.weights, w) for run, w in zip(found, wanted, strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize("where", ["run", "stored"])
def test_a_run_answers_in_another_process_as_in_its_own(where, request):
    run = request.getfixturevalue(where)
    again = sent(run)
    assert again.outcome == run.outcome
    assert again.layers == run.layers
    assert again.experiment == run.experiment
    xr.testing.assert_identical(again.state().load(), run.state().load())
    xr.testing.assert_identical(again.trajectory.load(), run.trajectory.load())
    xr.testing.assert_identical(again.metrics.load(), run.metrics.load())
    assert np.array_equal(responses_of(again, X), responses_of(run, X))


def test_a_run_takes_its_data_not_along(run):
    assert not isinstance(sent(run).experiment.data, pl.Data)
    assert len(pickle.dumps(pl.run("bcm", data=np.tile(X, (100, 1)), **SMALL))) < X.nbytes * 50


def test_a_run_can_be_copied(run):
    assert np.array_equal(copy.deepcopy(run).weights, run.weights)


@pytest.mark.parametrize("where", ["run", "stored"])
@pytest.mark.parametrize("name", ["weights", "trajectory", "metrics"])
def test_what_a_run_gives_can_be_sent_and_copied(where, name, request):
    given = getattr(request.getfixturevalue(where), name)
    assert sent(given).identical(given)
    part = given.isel({next(iter(given.sizes)): slice(1, None)})
    assert sent(part).identical(part)
    assert given.copy(deep=True).identical(given)


def test_a_relative_path_is_that_of_the_process_that_sent_it(folder, monkeypatch):
    monkeypatch.chdir(folder)
    run = pl.run("bcm", data=X, out="run", **SMALL)
    weights = run.weights.values
    taken = [pickle.dumps(run), pickle.dumps(pl.open_run("run")), pickle.dumps(run.weights)]
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    made, opened, lazy = map(pickle.loads, taken)
    assert np.array_equal(made.weights, weights)
    assert np.array_equal(opened.weights, weights)
    assert np.array_equal(lazy, weights)


def test_a_run_whose_store_is_gone_tells_where_it_was(folder):
    taken = pickle.dumps(pl.run("bcm", data=X, out=folder / "run", **SMALL))
    (folder / "run").rename(folder / "moved")
    with pytest.raises(StoreError, match=f"{folder}/run: there is nothing there"):
        pickle.loads(taken)


def test_a_comparison_answers_in_another_process_as_in_its_own():
    compared = compare(["bcm"], data=X, neurons=4, epochs=2, observers=[])
    again = sent(compared)
    assert again.table == compared.table
    assert again.runs[0].simulation is None
    assert np.array_equal(again.runs[0].weights, compared.runs[0].weights)


# -- components --------------------------------------------------------------------------------

EQUATIONS = ["y*(x - y*w)", "y*x - 0.1*w", "y*(x - w) - 0.1*x**2"]


@pytest.mark.parametrize("update", EQUATIONS)
def test_an_equation_arrives_as_the_same_class(update):
    rule = Equation(update=update)
    again = sent(rule)
    assert type(again) is type(rule)
    assert (again.update, again.separable) == (update, rule.separable)
    assert type(copy.deepcopy(rule)) is type(rule)


def test_a_component_arrives_with_its_settings_and_without_its_arrays():
    part = ToyHebb()
    kept = Small()
    simulation = pl.assemble(
        pl.Experiment(
            data=pl.Data(X),
            layers=[
                pl.Layer(
                    neurons=3,
                    rule=part,
                    activation=Identity(),
                    optimizer=Plain(rate=0.2),
                    initializer=kept,
                )
            ],
        )
    )
    optimizer = simulation.layers[0].components["layers[0].optimizer"]
    initializer = simulation.layers[0].components["layers[0].initializer"]
    assert sent(optimizer).rate == 0.2
    assert "rng" in vars(initializer)
    assert vars(sent(initializer)) == {}


def test_a_component_that_pickles_itself_is_left_to_it():
    assert sent(Particular()).found == "by itself"


@component
class Particular:
    found = ""

    @hookimpl
    def epoch_finished(self, clock): ...

    def __reduce__(self):
        return _particular, ()


def _particular():
    made = Particular()
    made.found = "by itself"
    return made


def test_sums_of_rules_arrive_with_their_coefficients():
    total = sent(Equation(update=EQUATIONS[0]) + 0.1 * ToyHebb().during("late"))
    assert [(term.coefficient, term.phases) for term in total.terms] == [
        (1.0, ()),
        (0.1, ("late",)),
    ]
    assert isinstance(total, Rule)


# -- estimators --------------------------------------------------------------------------------


def test_a_grid_over_equations_gives_the_same_with_two_processes():
    def size(estimator, X, y=None):
        return float(np.abs(estimator.transform(X)).sum())

    layer = BCM(neurons=4, epochs=1, rule=Equation(update="y*(x - y*w)"))
    grid = {"optimizer__rate": [0.001, 0.01], "rule": [Equation(update=e) for e in EQUATIONS[:2]]}
    scores = [
        GridSearchCV(layer, grid, cv=2, n_jobs=n_jobs, scoring=size).fit(X).cv_results_
        for n_jobs in (1, 2)
    ]
    assert np.array_equal(*(found["mean_test_score"] for found in scores))
    assert len(np.unique(scores[0]["mean_test_score"])) == 4


# -- rules of the script that runs -------------------------------------------------------------

SCRIPT = """
    import multiprocessing
    import joblib, numpy as np, plasticity as pl
    from plasticity import rule

    X = np.random.default_rng(0).random((400, 16)).astype("float32")

    @rule("mine")
    def mine(y, leak: float = 0.1):
        return y, leak

    @rule("winner", competitive=True)
    def winner(u, phi, share: float = 0.5):
        phi[u.argmax()] = share

    def trained(made):
        settings = dict(neurons=4, epochs=2, seed=1, observers=[], fuse="always")
        return pl.run("bcm", data=X, rule=made, **settings)

    if __name__ == "__main__":
        rules = [mine(leak=0.2) + 0.5 * mine(), winner(share=0.1)]
        serial = [trained(made) for made in rules]
        spawn = multiprocessing.get_context("spawn")
        with spawn.Pool(1) as pool:
            spawned = pool.map(trained, rules)
        for found in (joblib.Parallel(2)(map(joblib.delayed(trained), rules)), spawned):
            assert [run.experiment for run in found] == [run.experiment for run in serial]
            assert all(np.array_equal(a.weights, b.weights) for a, b in zip(found, serial))
        print("equal")
"""


def test_a_rule_of_the_script_that_runs_works_in_other_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(dedent(SCRIPT))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.stdout == "equal\n", done.stderr
