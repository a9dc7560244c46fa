"""Progress of a sweep: its own, and that which `plasticity tail` shows from another terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import attrs
import pytest

import plasticity as pl
from plasticity.cli.sweep import _Bar
from plasticity.sweeps.task import Report
from tests.support.console import SCRIPT, command, start

SMALL = ("--data", "digits", "--set", "data.limit=200", "--set", "neurons=4")


def test_tail_of_a_finished_sweep_says_so_and_ends(small_sweep):
    done = command("tail", str(small_sweep))
    assert (done.status, done.out) == (0, "8 complete\n")


def test_tail_follows_a_sweep_until_its_process_is_killed(tmp_path):
    out = str(tmp_path / "sweep")
    axis = ("--over", "threshold.memory=0,0.5", "--over", "optimizer.rate=0.01,0.02")
    long = ("--set", "epochs=100000", "--set", "storage.checkpoint=1 s")
    sweep = start("sweep", "bcm", *SMALL, *long, *axis, "--out", out, start_new_session=True)
    try:
        while not list(tmp_path.glob("sweep/runs/*/zarr.json")):
            assert sweep.poll() is None, sweep.stderr.read()
            time.sleep(0.1)
        tail = start("tail", out, "--every", "0.2")
        first = tail.stdout.readline()
        assert re.fullmatch(r"[12] running, [23] to do\n", first)
        assert re.fullmatch(r" +\d+%  memory=0(\.5)? rate=0.0[12] seed=0\n", tail.stdout.readline())
    finally:
        os.killpg(sweep.pid, signal.SIGKILL)
        sweep.communicate()
    rest, _ = tail.communicate(timeout=60)
    # Its workers end after the step at hand, and the states that they keep can be resumed.
    assert rest.splitlines()[-2:] == [
        "No process is writing to the stores.",
        f"Continue with: plasticity sweep {out}",
    ]
    states = {report.state for report in pl.open_sweep(out).reports.values()}
    assert states == {"to resume", "to do"}


def test_lines_without_a_terminal_say_rate_time_failures_and_the_best(capsys, monkeypatch):
    now = 0.0
    monkeypatch.setattr(sys.modules["plasticity.cli.sweep"], "perf_counter", lambda: now)
    bar = _Bar("probe", smallest=False)
    bar.begun(None, {"complete": 5, "to do": 3}, 75.0)
    now = 30.0
    bar.ended("memory=0 seed=0", Report("finished", (1,), {"probe": [0.5]}))
    now = 60.0
    bar.ended("memory=0.5 seed=0", Report("finished", (1,), {"probe": [0.25]}))
    now = 90.0
    bar.ended("memory=0.9 seed=0", Report("diverged at step 812: " + "weights " * 40))
    bar.close()
    assert capsys.readouterr().err.splitlines() == [
        "5 complete, 3 to do, about 75 s",
        "1 of 3, 2 runs/min, 60 s left, best probe 0.5 at memory=0 seed=0",
        "2 of 3, 2 runs/min, 30 s left, best probe 0.5 at memory=0 seed=0",
        "3 of 3, 2 runs/min, 1 failed, best probe 0.5 at memory=0 seed=0",
        "memory=0.9 seed=0: diverged at step 812: " + "weights " * 12 + "…",
    ]


@pytest.mark.parametrize(("smallest", "best"), [(False, "0.5 at b"), (True, "0.25 at a")])
def test_the_best_is_the_largest_or_the_smallest(smallest, best, capsys):
    bar = _Bar("probe", smallest=smallest)
    bar.begun(None, {"to do": 3}, 0.0)
    for title, value in (("a", 0.25), ("b", 0.5), ("c", float("nan"))):
        bar.ended(title, Report("finished", (1,), {"probe": [value]}))
    assert f"best probe {best}" in capsys.readouterr().err.splitlines()[-1]


def test_a_terminal_has_one_bar(tmp_path):
    main, side = pty.openpty()
    words = ("sweep", "bcm", *SMALL, "--set", "epochs=1", "--over", "threshold.memory=0,0.5")
    process = subprocess.Popen(
        [SCRIPT, *words, "--out", tmp_path / "sweep", "--maximize", "overlap"],
        stdout=subprocess.DEVNULL,
        stderr=side,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(side)
    shown = b""
    while process.poll() is None or select.select([main], [], [], 0)[0]:
        if select.select([main], [], [], 0.2)[0]:
            try:
                shown += os.read(main, 4096)
            except OSError:  # the other end is closed
                break
    assert process.wait() == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    last = [line for line in re.split(r"[\r\n]+", plain) if "/2" in line][-1]
    assert re.search(r"━+ 2/2 [\d,]+ runs/min, best overlap [\d.]+ at memory=0", last)


@pytest.mark.parametrize(
    ("outcome", "holder", "state", "failure"),
    [
        ("missing", "", "to do", ""),
        ("finished", "", "complete", ""),
        ("stopped: enough", "", "complete", ""),
        ("running", "pid 7", "running", ""),
        ("running", "", "to resume", ""),
        ("interrupted", "", "to resume", ""),
        ("failed: a component", "", "failed", "failed: a component"),
        ("diverged at step 3: x", "", "failed", "diverged at step 3: x"),
    ],
)
def test_the_state_of_a_run_follows_from_its_outcome(outcome, holder, state, failure):
    report = attrs.evolve(Report(outcome), holder=holder)
    assert (report.state, report.failure) == (state, failure)
