"""Stores and seeds in a comparison: what is taken as it is, what goes on, what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest

import plasticity as pl
from plasticity import Data, assemble, hookimpl
from plasticity.comparison.comparison import compare
from plasticity.errors import EntryError, SpecError, StoreError
from plasticity.store.writer import StoreWriter
from tests.support import toys
from tests.support.comparing import CLASSES, SEPARABLE, LastStep, Norms, Stumbles, spec


class Stops:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 7:
            raise KeyboardInterrupt


def page_of(compared, folder):
    text = compared.write(folder / "page").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text)


def stored(place, listeners=(), **changes):
    pl.run(spec(**changes), out=place, listeners=listeners)
    return place


# -- stores ------------------------------------------------------------------------------------


def test_a_store_is_taken_as_it_is_and_scored_anew(folder):
    labelled = Data(SEPARABLE, labels=CLASSES, name="labelled")
    made = compare({"a": spec(epochs=2)}, data=labelled, out=folder / "made")
    place = folder / "made" / "a" / "seed_3"
    before = sorted(path.read_bytes() for path in place.rglob("*") if path.is_file())
    again = compare([place, spec(epochs=2)], data=labelled)
    assert [run.name for run in again.runs] == ["a", "experiment"]
    accuracies = [run.scores.accuracy("linear_probe") for run in (*made.runs, *again.runs)]
    assert len(set(accuracies)) == 1
    assert before == sorted(path.read_bytes() for path in place.rglob("*") if path.is_file())


def test_a_store_is_measured_by_the_metrics_of_weights_that_others_have(folder):
    settings = {"neurons": 4, "epochs": 1, "observers": []}
    place = folder / "a"
    run = pl.run("bcm", data=SEPARABLE, metrics=[], out=place, **settings)
    norm = {"name": "weight_norm", "power": 1.0}
    metrics = [norm, "weight_change", "selectivity"]
    compared = compare([place, "bcm"], data=SEPARABLE, metrics=metrics, **settings)
    stored = compared.runs[0].measurements
    assert set(stored) == {"weight_norm"}
    wanted = np.abs(run.weights.values).sum(axis=1).mean()
    assert stored["weight_norm"] == pytest.approx(wanted, rel=1e-6)


def test_runs_in_processes_of_their_own_measure_what_others_do(folder, monkeypatch):
    monkeypatch.setattr("plasticity.sweeps.engines._WORTH_S", -1.0)
    settings = {"neurons": 4, "epochs": 1, "data": "digits", "observers": []}
    compared = compare(["bcm", "krotov_hopfield"], out=folder / "both", **settings)
    assert all("unit_convergence" in run.run.metrics for run in compared.runs)
    assert "unit_convergence" not in compared.runs[0].asked.to_toml()
    again = compare(["bcm", "krotov_hopfield"], out=folder / "both", **settings)
    assert again.table[0]["unit_convergence"] == compared.table[0]["unit_convergence"]


def test_stores_of_different_data_are_refused(folder):
    one = stored(folder / "a")
    other = stored(folder / "b", data=Data(np.flip(SEPARABLE)))
    with pytest.raises(StoreError) as refused:
        compare([one, other])
    assert re.sub(r"sha256 \w{8}", "sha256 ...", str(refused.value)) == (
        "a was trained on data (100 x 6, sha256 ...) and b on data (100 x 6, sha256 ...); a "
        "comparison takes the same data for all"
    )


def test_a_store_that_saw_all_samples_leaves_none_to_score_on(folder):
    labelled = Data(SEPARABLE, labels=CLASSES)
    compared = compare([stored(folder / "a", data=labelled)], data=labelled)
    assert compared.held.told == (
        "No probe: the stores were trained on all samples, so none is left to score on."
    )


def test_data_that_nobody_knows_leave_a_page_of_what_the_store_holds(folder):
    compared = compare([stored(folder / "a", metrics=[])])
    assert compared.data is None
    page = page_of(compared, folder)
    assert "the data of the stores were given in Python; give them again" in page
    assert 'alt="Weights of a"' in page


def test_the_page_tells_how_far_an_unfinished_store_is(folder):
    with pytest.raises(KeyboardInterrupt):
        stored(folder / "a", [Stops()], metrics=[])
    page = page_of(compare([folder / "a"], data=SEPARABLE), folder)
    assert "a interrupted, after 7 of 20 steps." in page


def test_a_store_without_weights_has_a_page(folder):
    experiment = spec()
    StoreWriter.create(folder / "a", experiment, assemble(experiment).data).release()
    page = page_of(compare([folder / "a"], data=SEPARABLE), folder)
    assert "This store holds no weights: the run ended before any state was kept." in page


def test_runs_of_different_seeds_are_not_called_paired(folder):
    places = [stored(folder / "a", metrics=[]), stored(folder / "b", metrics=[], seed=8)]
    page = page_of(compare(places, data=SEPARABLE), folder)
    assert "The runs do not have the same seeds, so they differ by chance as well." in page


# -- seeds -------------------------------------------------------------------------------------


def test_seeds_follow_that_of_the_first_experiment_and_are_paired(folder):
    other = spec(layers=[toys.layer(optimizer=toys.Plain(rate=0.2))], metrics=[Norms()])
    compared = compare({"a": spec(metrics=[Norms()]), "b": other}, seeds=3)
    assert [(run.name, run.seed) for run in compared.runs] == [
        ("a", 3), ("a", 4), ("a", 5), ("b", 3), ("b", 4), ("b", 5),
    ]  # fmt: skip
    first = [run.simulation.layers[0].arrays["weights"] for run in compared.runs]
    assert not np.array_equal(first[0], first[1])
    page = page_of(compared, folder)
    assert "Of so few seeds the interval is but the range of the differences" in page
    norms = [contender.values("norm") for contender in compared.contenders]
    assert compared.table[0]["norm"] == pytest.approx(norms[0].mean())
    apart = norms[1] - norms[0]
    verdict = "beyond noise" if apart.min() > 0 or apart.max() < 0 else "within noise"
    assert re.search(rf'<th scope="row">norm</th>.*?<td class="\w+">{verdict}</td>', page)


def test_no_seed_is_refused():
    with pytest.raises(EntryError) as refused:
        compare([spec()], seeds=0)
    assert str(refused.value) == "seeds: must be an integer from 1, got 0"


# -- going on ----------------------------------------------------------------------------------


def test_what_was_interrupted_goes_on_and_what_is_complete_is_skipped(folder):
    specs = {"a": spec(epochs=2), "b": spec(epochs=2)}
    stop = {"a": [], "b": [Stops()]}
    with pytest.raises(KeyboardInterrupt):
        compare(specs, out=folder / "c", listeners=stop.get)
    heard = []

    class Hears:
        @hookimpl
        def run_started(self, resumed):
            heard.append(resumed)

    again = compare(specs, out=folder / "c", listeners=lambda name: [Hears()])
    whole = compare(specs)
    # The run of a is there; that of b was recorded, but its step at hand was not whole.
    assert len(heard) == 1
    for run, other in zip(again.runs, whole.runs, strict=True):
        assert np.array_equal(run.weights, other.weights)


def test_a_run_that_failed_is_made_anew(folder):
    specs = {"a": spec()}
    failed = compare(specs, out=folder / "c", listeners=lambda name: [Stumbles()])
    assert "a stone in the way" in failed.runs[0].failure
    assert compare(specs, out=folder / "c").runs[0].failure == ""


# -- budget ------------------------------------------------------------------------------------


def test_all_runs_learn_from_as_many_samples_as_the_longest():
    compared = compare({"a": spec(epochs=3), "b": spec()})
    assert [run.scores.samples_seen for run in compared.runs] == [300, 300]
    assert compared.lengths == ("b: 3 epochs, where its spec says 1",)


def test_a_budget_is_a_number_of_samples_or_that_of_each_spec():
    specs = {"a": spec(epochs=3), "b": spec()}
    given = compare(specs, budget="200 samples")
    assert [run.scores.samples_seen for run in given.runs] == [200, 200]
    own = compare(specs, budget="own")
    assert [run.scores.samples_seen for run in own.runs] == [300, 100]


def test_a_budget_of_seconds_is_told_in_epochs():
    still = toys.layer(optimizer=toys.Plain(rate=0.0))
    (run,) = compare([spec(layers=[still], metrics=[LastStep()])], budget="200 ms").runs
    assert run.scores.samples_seen == 100 * run.run.experiment.n_epoch


def test_phases_are_lengthened_in_proportion_to_the_budget():
    phased = spec(phases=(pl.Phase("early", 1), pl.Phase("late", 1)), epochs=None)
    compared = compare({"a": spec(epochs=4), "b": phased})
    assert [run.asked.n_epoch for run in compared.runs] == [4, 4]
    assert [phase.epochs for phase in compared.runs[1].asked.phases] == [2, 2]
    assert compared.lengths == ("b: 4 epochs, where its spec says 2",)


def test_phases_that_cannot_share_the_budget_are_refused_with_the_way_out():
    phased = spec(phases=(pl.Phase("early", 1), pl.Phase("late", 1)), epochs=None)
    with pytest.raises(SpecError) as refused:
        compare({"a": spec(epochs=3), "b": phased})
    assert str(refused.value) == (
        "b: the budget of the comparison is 3 epochs; epochs: 3 cannot be shared among the phases "
        "(early 1, late 1) in proportion; give a multiple of 2, or the length of a phase, as "
        "phases.early.epochs; --budget own leaves each run its own length"
    )


def test_a_budget_that_tells_nothing_is_refused():
    with pytest.raises(EntryError) as refused:
        compare([spec()], budget="much")
    assert str(refused.value) == (
        'budget: must be a number of samples, as in 500000, a duration, as in "90 s", or "own", '
        "got 'much'"
    )


# -- labels ------------------------------------------------------------------------------------


def test_of_one_class_there_is_no_probe(folder):
    compared = compare([spec()], data=SEPARABLE, labels=np.zeros(100, int))
    assert compared.held.told == ("No probe: all labels are the same. All samples were trained on.")
    assert "The readouts learnt from" not in page_of(compared, folder)
