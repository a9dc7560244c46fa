"""The search of a space of settings by Optuna."""

from __future__ import annotations

import numpy as np
import pytest

import plasticity as pl
from plasticity.errors import EntryError, SpecError
from plasticity.experiment.source import Source
from plasticity.sweeps.axes import Range
from plasticity_search.trials import JOURNAL, PRUNED, Trials

SMALL = {"neurons": 5, "epochs": 2, "observers": [], "metrics": ["selectivity"], "fuse": "never"}
SPACE = {"threshold.memory": "0:0.9", "optimizer.rate": "log:1e-4:1e-2"}


def search(out, count, over=SPACE, **more):
    options = {"search": count, "minimize": "selectivity", **SMALL, **more}
    return pl.sweep("bcm", over, out=out, **options)


def test_trials_are_cells_whose_settings_lie_in_the_space(tmp_path):
    swept = search(tmp_path / "s", 4, seeds=2)
    dataset = swept.dataset
    assert dict(dataset.selectivity.isel(step=-1).sizes) == {"trial": 4, "seed": 2}
    assert np.all((dataset.memory >= 0) & (dataset.memory <= 0.9))
    assert np.all((dataset.rate >= 1e-4) & (dataset.rate <= 1e-2))
    run = swept.run(trial=2, seed=1)
    assert run.experiment.layers[0].threshold.settings["memory"] == float(dataset.memory[2])
    best = swept.best("selectivity", smallest=True)
    last = dataset.selectivity.isel(step=-1).mean("seed")
    assert best.at[0] == int(np.argmin(last.values))


def test_a_search_that_goes_on_repeats_no_trial_and_asks_for_the_missing(tmp_path):
    first = search(tmp_path / "s", 3)
    ids = [run.store.attributes["id"] for _, run in first.runs()]
    longer = search(tmp_path / "s", 5)
    assert [run.store.attributes["id"] for _, run in longer.runs()][:3] == ids
    assert len(longer.cells) == 5
    assert repr(pl.sweep(tmp_path / "s")) == repr(longer)
    assert (
        pl.open_sweep(tmp_path / "s")
        .dataset.drop_vars("seconds")
        .identical(longer.dataset.drop_vars("seconds"))
    )


def test_trials_that_were_cut_short_go_on(tmp_path, monkeypatch):
    told = Trials._tell

    def cut(self, study, number, values, report):
        if number == 1:
            raise KeyboardInterrupt
        told(self, study, number, values, report)

    monkeypatch.setattr(Trials, "_tell", cut)
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path / "s", 4)
    monkeypatch.undo()
    swept = pl.sweep(tmp_path / "s")
    assert swept.standing() == "4 complete"


def test_readouts_are_judged_on_training_samples_that_no_trial_saw(tmp_path):
    swept = pl.sweep("bcm", SPACE, search=2, maximize="linear_probe", out=tmp_path / "s", **SMALL)
    run = swept.run(trial=0)
    assert run.experiment.data.settings == {"validation": 0.2}
    whole = Source.of(pl.Experiment.load("bcm")).open_data("train").n_sample
    assert run.store.attributes["data"]["shape"][0] == round(0.8 * whole)
    shares = swept.dataset.linear_probe.values
    assert np.all((shares > 0.3) & (shares <= 1))


def test_a_trial_that_measures_worse_than_the_others_ends_early(tmp_path):
    swept = search(
        tmp_path / "s", 16, over={"optimizer.rate": "log:1e-9:1e-2"}, minimize="",
        maximize="weight_change", prune=True, epochs=4, metrics=["weight_change"],
    )  # fmt: skip
    ended_early = np.array([PRUNED in outcome for outcome in swept.dataset.outcome.values[:, 0]])
    rates = swept.dataset.rate.values
    assert ended_early.any()
    assert rates[ended_early].max() < np.median(rates[~ended_early])


def test_choices_that_are_components_are_searched_too(tmp_path):
    over = {"threshold": ["batch", {"name": "moving_average", "memory": 0.5}]}
    labels = set(search(tmp_path / "s", 6, over=over).dataset.threshold.values)
    assert labels <= {"batch", "moving_average memory=0.5"}


def test_the_journal_lies_in_the_folder_and_a_search_in_memory_has_none(tmp_path):
    search(tmp_path / "s", 1)
    assert (tmp_path / "s" / JOURNAL).is_file()
    assert len(search(None, 2).cells) == 2


@pytest.mark.parametrize(
    ("options", "error", "why"),
    [
        ({"search": 0, "maximize": "overlap"}, EntryError, "must be an integer from 1, got 0"),
        ({"search": 2}, SpecError, "give what to maximize or to minimize"),
        ({"search": 2, "maximize": "a", "minimize": "b"}, SpecError, "one of the two"),
        ({"maximize": "overlap"}, SpecError, "belong to a search"),
        ({"search": 1, "maximize": "beauty"}, SpecError, "beauty: is not measured in the runs"),
    ],
)
def test_a_search_that_cannot_be_is_refused(options, error, why):
    with pytest.raises(error, match=why):
        pl.sweep("bcm", SPACE, **SMALL, **options)


def test_a_range_that_leaves_that_of_the_setting_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(SpecError, match=r"threshold.memory = 2.0: .*must lie in \[0, 1\)"):
        search(tmp_path / "s", 3, over={"threshold.memory": "0.5:2.0"})
    assert not (tmp_path / "s").exists()


def test_a_range_falls_on_its_numbers():
    assert [Range(1, 3).at(share) for share in (0, 0.34, 0.99)] == [1, 2, 3]
    assert Range(1e-4, 1e-2, log=True).at(0.5) == pytest.approx(1e-3)
