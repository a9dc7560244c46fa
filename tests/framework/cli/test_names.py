"""What a name means: a preset, what lies in the working directory, a module, a part."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import plasticity as pl
from plasticity import Experiment
from plasticity.store.run import Run, opened
from tests.support.console import SMALL, command, finish, start

TOLD = "bcm: the preset; ./bcm is what lies here under this name"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory, in which a store is called `bcm` like the preset."""
    monkeypatch.chdir(tmp_path)
    assert command("run", "bcm", *SMALL, "--quiet", "--out", "bcm").status == 0
    return tmp_path


def test_a_run_takes_the_preset_and_tells_how_to_mean_the_store(here, caplog):
    result = command("run", "bcm", *SMALL, "--quiet")
    assert result.status == 0
    assert result.out.startswith("measurement")
    assert caplog.messages == [TOLD]


def test_a_comparison_takes_the_preset_and_by_its_path_the_store(here, caplog):
    data = ("--set", "metrics=[]", "--budget", "own")
    result = command("compare", "bcm", "krotov_hopfield", "./bcm", *SMALL, *data, "--quiet")
    assert (result.status, caplog.messages[0]) == (0, TOLD)
    assert [line.split()[0] for line in result.out.splitlines()[1:4]] == [
        "bcm",
        "krotov_hopfield",
        "bcm-2",
    ]
    assert sorted(path.name for path in (here / "comparison").iterdir() if path.is_dir()) == [
        "bcm",
        "krotov_hopfield",
    ]


@pytest.mark.parametrize("name", ["show", "cite"])
def test_what_takes_both_takes_the_preset_and_by_its_path_the_store(name, here, caplog):
    assert command(name, "./bcm").status == 0
    assert caplog.messages == []
    assert command(name, "bcm").status == 0
    assert caplog.messages == [TOLD]
    assert command("show", "./bcm").out.startswith("run\n")
    assert command("show", "bcm").out.startswith("experiment\n")


def test_in_python_the_name_means_the_preset_as_well(here):
    assert isinstance(opened("bcm"), Experiment)
    assert isinstance(opened("./bcm"), Run)
    assert isinstance(opened(here / "bcm"), Run)
    assert pl.run("bcm", neurons=3, epochs=1, observers=[]).weights.sizes["neuron"] == 3


def test_a_file_of_the_name_of_a_preset_is_meant_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Experiment.load("bcm").with_(neurons=7)
    (tmp_path / "bcm").write_text(made.to_toml())
    assert Experiment.load("./bcm") == made
    assert Experiment.load(tmp_path / "bcm") == made
    assert Experiment.load("bcm").layers[0].neurons == 100


def test_a_path_to_nothing_is_no_preset(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("run", "./bcm")
    assert result == (2, "", "Error: ./bcm: cannot be read: No such file or directory\n")


def test_a_store_is_no_spec_to_run_and_the_way_to_go_on_is_told(here):
    assert command("run", "./bcm") == (
        2,
        "",
        "Error: ./bcm: is the store of a run, not a spec; plasticity resume ./bcm goes on with "
        "it\n",
    )


# -- modules of the working directory ------------------------------------------------------------

MINE = """
from plasticity import rule

@rule("mine")
def mine(y, tau: float = 2.0):
    return y / tau
"""
LAYERS = """
data = "digits"
epochs = 1
observers = []

[[layers]]
neurons = 5
rule = ["oja", { name = "mymod:mine", tau = 3.0 }]
activation = "linear"
optimizer = { name = "sgd", rate = 0.001 }
initializer = "normal"
"""


def test_a_rule_of_the_working_directory_is_named_and_set_everywhere(tmp_path):
    """As processes of their own, of which neither has the folder on its path."""
    (tmp_path / "mymod.py").write_text(MINE)
    (tmp_path / "mine.toml").write_text(LAYERS)
    words = ["run", "mine.toml", "--set", "rule.mine.tau=4.0", "--out", "o", "--quiet"]
    assert finish(start(*words, cwd=tmp_path)).err == ""
    code = "import plasticity as pl; pl.run('mine.toml', out='p', **{'rule.1.tau': 4.0})"
    told = {**os.environ, "PYTHONSAFEPATH": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=told, check=True)
    one, other = pl.open_run(tmp_path / "o"), pl.open_run(tmp_path / "p")
    assert one.experiment.to_dict()["layers"][0]["rule"] == [
        "oja",
        {"name": "mymod:mine", "tau": 4.0},
    ]
    assert other.experiment == one.experiment
    assert np.array_equal(one.weights, other.weights)
