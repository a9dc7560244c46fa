"""`plasticity resume`, `branch` and `tail`: a run that was interrupted, ended or still goes on."""

import signal
import time
from pathlib import Path

import numpy as np
import pytest

from plasticity import open_run
from tests.support.console import SMALL, command, finish, start

# A rate that does not depend on how long the run is to be.
STEADY = (*SMALL, "--set", 'schedule="schedule.constant"', "--set", 'fuse="never"', "--set",
          'storage.commit="50 ms"')  # fmt: skip
QUICK = (*SMALL, "--set", "storage.checkpoint=5", "--set", 'storage.commit="50 ms"')


@pytest.fixture
def store(tmp_path):
    """The store of a finished run: one epoch of 15 steps, states kept after 10 and 15."""
    path = tmp_path / "run.zarr"
    assert command("run", "bcm", *QUICK, "--quiet", "--out", str(path)).status == 0
    return str(path)


def interrupted(path, number):
    """The result of a run that gets a signal after some steps."""
    process = start("run", "bcm", *STEADY, "--set", "epochs=100000", "--out", path)
    until = time.monotonic() + 60
    while time.monotonic() < until and not reached(path):
        time.sleep(0.05)
    process.send_signal(number)
    return finish(process)


def reached(path):
    if not Path(path, "zarr.json").exists():
        return 0
    return open_run(path).store.attributes.get("reached", 0)


def test_an_interrupted_run_tells_how_it_goes_on_and_does(tmp_path):
    path = str(tmp_path / "run.zarr")
    told = interrupted(path, signal.SIGINT).err.splitlines()
    step = reached(path)
    assert told[-1] == f"Continue with: plasticity resume {path}"
    epochs = step // 15 + 2
    assert command("resume", path, "--quiet", "--epochs", str(epochs)).status == 0
    whole = str(tmp_path / "whole.zarr")
    length = ("--set", f"epochs={epochs}")
    assert command("run", "bcm", *STEADY, *length, "--quiet", "--out", whole).status == 0
    weights = open_run(path).weights.values
    assert np.array_equal(weights, open_run(whole).weights.values)


def test_a_run_that_ended_goes_on_where_it_is_given_more_epochs(store):
    result = command("resume", store, "--quiet", "--epochs", "2")
    assert (result.status, result.out.splitlines()[-1]) == (0, f"store: {store}")
    assert open_run(store).store.attributes["epoch"] == 2
    assert open_run(store).metrics.step.values.tolist() == [15, 30]


def test_a_run_that_ended_is_left_alone_otherwise(store):
    result = command("resume", store)
    assert result.status == 0
    assert result.err == f"{store}: has run to its end; more epochs let it go on\n"


def test_to_go_on_with_another_experiment_is_refused_with_the_difference(store):
    result = command("resume", store, "--set", "optimizer.rate=0.5", "--set", "seed=4")
    assert result.status == 2
    assert result.err == (
        f"Error: {store}: is of another experiment:\n"
        "  seed: 0 in the store, 4 now\n"
        "  optimizer.rate: 0.002 in the store, 0.5 now\n"
        "go on with that of the store, or start a run of its own from a checkpoint with "
        "`plasticity branch`\n"
    )


def test_what_is_no_store_is_not_resumed(tmp_path):
    result = command("resume", str(tmp_path / "none"))
    assert (result.status, result.err) == (2, f"Error: {tmp_path}/none: there is nothing there\n")


def test_a_branch_has_a_store_of_its_own_that_names_its_parent(store):
    more = ("--set", "epochs=2", "--set", "optimizer.rate=0.01", "--quiet")
    result = command("branch", store, "--at", "10", *more)
    assert (result.status, result.out.splitlines()[-1]) == (0, f"store: {store}-step_10")
    parent, branch = open_run(store), open_run(f"{store}-step_10")
    identity = parent.store.attributes["id"]
    assert branch.store.attributes["parent"] == {"id": identity, "step": 10, "name": "run.zarr"}
    assert branch.metrics.step.values.tolist() == [15, 30]
    assert "branched from   run.zarr after step 10" in command("show", f"{store}-step_10").out


def test_a_branch_without_a_change_ends_as_its_parent(store):
    assert command("branch", store, "--at", "10", "--quiet").status == 0
    weights = open_run(f"{store}-step_10").weights.values
    assert np.array_equal(weights, open_run(store).weights.values)


def test_a_branch_from_a_state_that_was_not_kept_is_refused(store):
    result = command("branch", store, "--at", "7")
    assert (result.status, result.err) == (
        2,
        f"Error: {store}: there is no checkpoint after step 7 (there are 10, 15); storage.kept "
        "tells how many stay\n",
    )


def test_tail_ends_with_the_run(store):
    result = command("tail", store)
    assert result.status == 0
    first, last = result.out.splitlines()
    assert first.startswith("100%  step 15 of 15  epoch 1  selectivity mean ")
    assert last == "The run has ended: finished"


def test_tail_and_show_tell_that_a_run_was_killed(tmp_path):
    path = str(tmp_path / "run.zarr")
    interrupted(path, signal.SIGKILL)
    assert command("tail", path).out.splitlines()[-2:] == [
        "No process is writing to the store.",
        f"Continue with: plasticity resume {path}",
    ]
    shown = command("show", path).out
    assert "outcome         interrupted: no process holds the store" in shown


def test_show_tells_how_far_a_run_came_and_what_it_kept(store):
    lines = [" ".join(line.split()) for line in command("show", store).out.splitlines()]
    assert "outcome finished" in lines
    assert "steps 15 of 15" in lines
    assert "checkpoints after step 10, 15" in lines
    assert not any(line.startswith("checkpoints/") for line in lines)


def test_the_help_of_resume_offers_only_what_resume_takes():
    told = " ".join(command("resume", "--help").out.replace("│", " ").split())
    assert "Change a setting that affects no weight, as in metrics=[] or storage.kept=3" in told
    assert "neurons=20" not in told
    for asked in ("resume", "plot"):
        told = " ".join(command(asked, "--help").out.replace("│", " ").split())
        assert "Where the data are now, if they have moved." in told
