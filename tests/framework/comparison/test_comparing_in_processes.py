"""Runs of a comparison in processes of their own."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from plasticity import Experiment
from plasticity.comparison.comparison import compare, worth_sharing
from plasticity.comparison.task import Task
from plasticity.experiment.source import Source
from plasticity.sweeps import engines

STUMBLING = """
import os

from plasticity import component, hookimpl

@component
class Stumbles:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 3:
            raise ValueError("a stone in the way")

@component
class Dies:
    @hookimpl
    def step_finished(self, clock):
        os._exit(7)
"""
TABLES = {
    "data": "digits",
    "metrics": ["selectivity"],
    "layers": [
        {
            "neurons": 4,
            "rule": "hebb",
            "activation": "relu",
            "optimizer": "sgd",
            "initializer": "normal",
        }
    ],
}


@pytest.fixture
def stumbling(tmp_path, monkeypatch):
    (tmp_path / "stumbling_parts.py").write_text(STUMBLING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(engines, "_WORTH_S", 0)
    monkeypatch.setattr(engines, "n_core", lambda: 2)


def spec(*observers):
    return Experiment.from_dict(TABLES | {"observers": list(observers)})


class Lines:
    def __init__(self):
        self.lines = []

    def listeners(self, title):
        return []

    def say(self, line):
        self.lines.append(line)


@pytest.mark.usefixtures("stumbling")
def test_processes_give_the_same_numbers_and_tell_how_the_others_failed(folder):
    specs = {
        "good": spec(),
        "bad": spec("stumbling_parts:Stumbles"),
        "dead": spec("stumbling_parts:Dies"),
    }
    told = Lines()
    compared = compare(specs, out=folder / "both", telling=told)
    alone = compare({"good": spec()})
    good, bad, dead = compared.runs
    assert good.scores.cost.threads == 1
    assert good.simulation is None
    assert np.array_equal(good.weights, alone.runs[0].weights)
    assert good.row.keys() == alone.runs[0].row.keys()
    assert bad.failure == (
        "'stumbles' in event step_finished at step 3 (epoch 0) raised ValueError: a stone in the "
        "way; what was recorded until then is kept"
    )
    assert dead.failure == "its process ended with status 7"
    assert sorted(line.partition(" (")[0].partition(":")[0] for line in told.lines) == [
        "bad, seed 0", "dead, seed 0", "good, seed 0",
    ]  # fmt: skip


@pytest.mark.usefixtures("stumbling")
def test_what_cannot_be_sent_stays_in_this_process(tmp_path):
    data = Source.of(spec()).open_data("train")
    tasks = [Task(name, spec(), tmp_path / name) for name in "ab"]
    assert worth_sharing(tasks, data)
    in_python = [attrs.evolve(task, asked=attrs.evolve(spec(), data=data)) for task in tasks]
    assert not worth_sharing(in_python, data)
    assert not worth_sharing(tasks[:1], data)


@pytest.mark.usefixtures("stumbling")
def test_runs_in_memory_stay_in_this_process(monkeypatch):
    monkeypatch.setattr(engines.Processes, "submit", None)
    compared = compare({"one": spec(), "other": spec()})
    assert [run.failure for run in compared.runs] == ["", ""]
