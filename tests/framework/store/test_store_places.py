"""A store where there are no locks, where another run took its place, or the folder changed."""

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from plasticity import open_run
from plasticity.store.commit.lock import _begun
from tests.support.recorded import Meets, message, simulation


@pytest.fixture
def path(folder):
    """The folder of a run."""
    simulation().run(folder / "run")
    return folder / "run"


# -- a folder without locks ----------------------------------------------------------------------

WITHOUT_LOCKS = """
import errno, fcntl, logging, os, signal, sys
import numpy as np
import plasticity as pl

def flock(descriptor, how):
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

fcntl.flock = flock

class Dies:
    @pl.hookimpl
    def step_finished(self, clock):
        if clock.step == 3:
            os.kill(os.getpid(), signal.SIGKILL)

samples = np.random.default_rng(0).random((50, 6))
logging.basicConfig(format="%(message)s")
given = dict(neurons=4, observers=[], epochs=9, batch_size=10)
pl.run("bcm", data=samples, out=sys.argv[1], listeners=[Dies()], **given)
"""


def test_a_run_that_was_killed_where_there_are_no_locks_is_known_to_be_over(folder, monkeypatch):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LOCKS, str(folder / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("knows no locks")) == (-signal.SIGKILL, 1)

    def flock(descriptor, how):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", flock)
    run = open_run(folder / "run")
    assert (run.outcome, run.store.is_written) == ("running", False)
    mark = folder / "run" / "owner.json"
    told = json.loads(mark.read_text())
    mark.write_text(json.dumps(told | {"machine": "another"}))
    assert run.store.is_written  # until its mark ends, which no one can know better
    mark.write_text(json.dumps(told | {"process": os.getpid(), "begun": _begun(os.getpid())}))
    assert run.store.is_written
    told_of = message(simulation().run, folder / "run", overwrite=True)
    assert f"is being written by process {os.getpid()}" in told_of
    mark.write_text(json.dumps(told))
    simulation().run(folder / "run", overwrite=True)
    assert not mark.exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO])
def test_a_lock_that_cannot_be_asked_for_leaves_that_of_another_process(number, path, monkeypatch):
    def flock(descriptor, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    (path / ".lock").write_text("of another")
    told = f"{path}: cannot be written: [Errno {number}] {os.strerror(number)}"
    assert message(simulation().run, path, overwrite=True) == told
    assert (path / ".lock").read_text() == "of another"


def test_a_folder_that_gives_no_lock_over_nfs_is_written_with_a_mark(folder, monkeypatch, caplog):
    def flock(descriptor, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert simulation().run(folder / "run").outcome == "finished"
    assert f"knows no locks ([Errno {errno.ENOLCK}]" in caplog.text
    assert not (folder / "run" / ".lock").exists()


# -- another run in the same place ---------------------------------------------------------------


def test_a_run_in_hand_tells_that_its_store_was_replaced(path):
    run = open_run(path)
    early = run.trajectory
    assert run.weights.size
    simulation().run(path, overwrite=True)
    told = (
        f"{path}: was replaced by another run since it was opened; open it again to read that run"
    )
    assert message(lambda: run.weights.values) == told
    assert message(lambda: early["weights"].values) == told
    assert open_run(path).weights.values.size
    again = open_run(path)
    shutil.rmtree(path)
    assert message(lambda: again.weights.values) == f"{path}: was deleted since it was opened"


def test_a_store_stays_where_it_was_when_the_working_directory_changes(folder, monkeypatch):
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder)
    goes = Meets(4, lambda: os.chdir(folder / "elsewhere"))
    run = simulation(listeners=[goes]).run("run")
    assert (run.outcome, open_run(folder / "run").outcome) == ("finished", "finished")
    assert list((folder / "elsewhere").iterdir()) == []
    assert run.weights.values.size
