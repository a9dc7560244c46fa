"""The names of cells: the same run has the same name, whatever way it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import plasticity as pl
from plasticity.sweeps.axes import grid
from plasticity.sweeps.design import Design

SMALL = {"neurons": 4, "epochs": 1, "observers": [], "metrics": [], "fuse": "never"}


def paths(over=None, base="bcm", **settings):
    made = pl.Experiment.load(base).with_(**{**SMALL, **settings})
    design = Design(made, grid(over or {})).checked()
    return [cell.path for cell in design.cells("folder")]


def test_a_setting_at_its_default_names_the_run_without_it():
    assert paths({"optimizer.beta1": [0.9]}) == paths()
    assert paths({"rule.coefficient": [1.0]}) == paths()
    assert paths({"optimizer.beta1": [0.8]}) != paths()


def test_an_object_names_the_run_of_its_table():
    from plasticity_plugins.optimizers.sgd import SGD

    assert paths({"optimizer": [SGD(rate=0.1)]}) == paths(
        {"optimizer": [{"name": "sgd", "rate": 0.1}]}
    )


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"epochs": 2}, {"data.limit": 100}, {"neurons": 5}]
)
def test_all_that_a_spec_says_is_in_the_name(change):
    assert paths(**change) != paths()


def test_the_name_tells_the_samples_not_where_they_lie(tmp_path):
    samples = np.random.default_rng(0).random((120, 6))
    for name in ("here.npy", "there.npy"):
        np.save(tmp_path / name, samples)
    np.save(tmp_path / "others.npy", samples[::-1])
    here, there, others = (
        paths(data=str(tmp_path / name))[0].rpartition("/")[2]
        for name in ("here.npy", "there.npy", "others.npy")
    )
    assert here == there != others


def test_one_more_axis_leaves_the_cells_that_are_done_alone(tmp_path):
    first = pl.sweep("bcm", {"threshold.memory": [0, 0.5]}, out=tmp_path / "s", **SMALL)
    done = {cell.path: run.store.attributes["id"] for cell, run in first.runs()}
    rate = pl.Experiment.load("bcm").layers[0].optimizer.settings["rate"]
    more = pl.sweep("bcm", {"optimizer.rate": [rate, 0.5]}, out=tmp_path / "s", **SMALL)
    assert more.design.sizes == (2, 2, 1)
    again = {cell.path: run.store.attributes["id"] for cell, run in more.runs()}
    assert again | done == again
