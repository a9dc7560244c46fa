"""`plasticity run`: what it runs, what it prints at the end, what it leaves."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import plasticity as pl
from plasticity.experiment.configure import configure
from tests.support.console import SMALL, command

TWO_LAYERS = """
data = "digits"
epochs = 1
metrics = ["overlap"]

[[layers]]
neurons = 5
rule = [{ name = "lc94" }, { name = "oja", coefficient = 0.1 }]
activation = "relu"
optimizer = "sgd"
initializer = { name = "normal", mean = 0.05, std = 0.1 }
threshold = "moving_average"

[[layers]]
neurons = 3
rule = "oja"
activation = "linear"
optimizer = "sgd"
initializer = "normal"
name = "above"
"""


@pytest.mark.parametrize("preset", ["bcm", "krotov_hopfield"])
def test_a_preset_runs_and_ends_with_its_last_measurements(preset):
    result = command("run", preset, *SMALL, "--quiet")
    finished = pl.run(configure(preset, neurons=5, epochs=1, observers=[]))
    assert (result.status, result.err) == (0, "")
    first, *lines = result.out.splitlines()
    assert first.split() == ["measurement", "layer_0"]
    assert [line.split()[0] for line in lines] == list(finished.metrics)
    overlap = float(finished.metrics["overlap"][-1])
    assert f"{overlap:.6g}" in next(line for line in lines if line.startswith("overlap"))


def test_a_run_with_a_store_ends_with_its_path(tmp_path):
    out = tmp_path / "o"
    result = command("run", "bcm", *SMALL, "--set", "seed=3", "--out", str(out))
    assert result.out.splitlines()[-1] == f"store: {out}"
    kept = pl.open_run(out)
    assert (kept.outcome, kept.experiment.seed, kept.weights.shape) == ("finished", 3, (5, 64))


def test_settings_reach_the_components(tmp_path):
    out = tmp_path / "o"
    settings = ("--set", "rule.power=3", "--set", 'optimizer={name="momentum", rate=0.01}')
    result = command("run", "krotov_hopfield", *SMALL, *settings, "--out", str(out), "--quiet")
    assert result.status == 0
    (layer,) = pl.open_run(out).experiment.layers
    assert layer.rule[0].rule.settings["power"] == 3
    assert (layer.optimizer.name, layer.optimizer.settings) == ("momentum", {"rate": 0.01})


@pytest.mark.parametrize("option", ["--data", "--set"])
def test_a_file_takes_the_place_of_the_data(tmp_path, option):
    path = tmp_path / "mine.npy"
    np.save(path, np.random.default_rng(0).random((200, 7)))
    out = tmp_path / "o"
    given = (option, str(path) if option == "--data" else f"data={path}")
    result = command("run", "bcm", *SMALL, *given, "--out", str(out), "--quiet")
    assert result.status == 0
    assert pl.open_run(out).weights.shape == (5, 7)


def test_a_file_with_two_layers_runs_and_prints_a_column_for_each(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO_LAYERS)
    out = tmp_path / "o"
    result = command("run", str(path), "--quiet", "--out", str(out))
    assert result.status == 0
    header, overlap, *_ = result.out.splitlines()
    assert header.split() == ["measurement", "layer_0", "above"]
    assert len(overlap.split()) == 3
    run = pl.open_run(out)
    assert (run.state(0)["weights"].shape, run.state(1)["weights"].shape) == ((5, 64), (3, 5))


FINISHED = "The run finished after 15 steps; nothing was measured\n"


def test_a_run_without_measurements_prints_how_it_ended_and_no_table():
    result = command("run", "bcm", *SMALL, "--set", "metrics=[]", "--quiet")
    assert result == (0, FINISHED, "")


def test_progress_goes_to_stderr_as_plain_lines_where_there_is_no_terminal():
    result = command("run", "bcm", *SMALL, "--set", "metrics=[]")
    assert (result.status, result.out) == (0, FINISHED)
    assert result.err.splitlines()[-1].startswith("100%, finished, ")


def test_a_spec_without_progress_shows_it_as_well():
    result = command("run", "bcm", *SMALL, "--set", "metrics=[]", "--set", "observers=[]")
    assert result.err.splitlines()[-1].startswith("100%, finished, ")


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A module of a user, with components that a spec names as "mine:Class"."""
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop("mine", None)


MINE = """
import numpy as np
from plasticity import component, hookimpl

def invert(weights):
    return np.linalg.inv(weights[:2, :2] * 0)

@component
class Failing:
    @hookimpl
    def step_finished(self, clock, weights):
        if clock.step == 3:
            invert(weights)

@component
class Writing:
    @hookimpl
    def step_finished(self, weights):
        weights[0] = 1

@component
class Stopping:
    @hookimpl
    def should_stop(self, clock):
        return "enough" if clock.step == 3 else None
"""


def observed_by(name: str) -> tuple[str, ...]:
    return ("run", "bcm", *SMALL, "--quiet", "--set", "metrics=[]", f'--set=observers=["{name}"]')


def test_a_run_that_is_stopped_tells_the_reason(mine):
    result = command(*observed_by("mine:Stopping"))
    assert result == (0, "The run stopped: enough\n", "")


def test_a_component_that_raises_ends_the_run_with_status_1_and_its_line(mine, tmp_path):
    out = tmp_path / "o"
    result = command(*observed_by("mine:Failing"), "--out", str(out))
    assert (result.status, result.out) == (1, "")
    assert result.err == (
        "Error: 'failing' in event step_finished at step 3 (epoch 0) raised LinAlgError: Singular "
        "matrix; what was recorded until then is kept\n"
        f"  raised at {mine}:6: return np.linalg.inv(weights[:2, :2] * 0)\n"
        f"The run ended at step 3 (epoch 0); everything recorded so far is in {out}.\n"
    )
    assert pl.open_run(out).outcome.startswith("failed: 'failing' in event step_finished")


def test_a_listener_that_writes_ends_the_run_with_status_1(mine):
    result = command(*observed_by("mine:Writing"))
    assert (result.status, result.out) == (1, "")
    assert result.err == (
        "Error: 'writing' in event step_finished at step 1 (epoch 0): it changes an array that is "
        "read-only there: listeners look on; to change an array, answer an event of kind 'chain', "
        "or work on a copy\n"
        "The run ended at step 1 (epoch 0); nothing is saved without --out.\n"
    )


# Numbers that overflow are the point here; NumPy warns of them.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_weights_that_diverge_end_the_run_with_status_1():
    settings = ("--set", "optimizer.rate=1e30", "--set", 'observers=["divergence_guard"]')
    result = command("run", "bcm", *SMALL, *settings, "--quiet")
    assert (result.status, result.out) == (1, "")
    error, ended = result.err.splitlines()
    assert error.startswith("Error: layer_0: 'weights' ")
    assert ended == "The run ended at step 10 (epoch 0); nothing is saved without --out."


def test_a_run_tells_first_how_its_layer_steps_unless_it_shall_be_quiet():
    said = "layer_0: steps through the plan (the run is too short to be worth compiling)"
    assert command("run", "bcm", *SMALL).err.splitlines()[0] == said
    assert command("run", "bcm", *SMALL, "--quiet").err == ""


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_weights_that_diverge_end_the_run_with_status_1_whatever_observes_it(tmp_path):
    samples = np.random.default_rng(0).integers(0, 256, (400, 16))
    np.save(tmp_path / "x.npy", samples.astype(np.uint8))
    (tmp_path / "h.toml").write_text(
        f'data = {{name = "arrays", path = "{tmp_path / "x.npy"}", scale = 1.0}}\n'
        'epochs = 50\nbatch_size = 100\n[[layers]]\nneurons = 4\nrule = "hebb"\n'
        'activation = "linear"\ninitializer = "normal"\noptimizer = {name = "sgd", rate = 1.0}\n'
    )
    result = command("run", str(tmp_path / "h.toml"), "--out", str(tmp_path / "h.zarr"), "--quiet")
    assert (result.status, result.out) == (1, "")
    error, ended = result.err.splitlines()
    assert error.startswith("Error: layer_0: 'weights' holds infinity or NaN after step 52 (")
    assert ended == (
        "The run ended at step 52 (epoch 13); everything recorded so far is in "
        f"{tmp_path / 'h.zarr'}."
    )
    assert pl.open_run(tmp_path / "h.zarr").weights.shape == (4, 16)
