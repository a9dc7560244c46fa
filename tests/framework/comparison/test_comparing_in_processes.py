"""Runs of a comparison in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import attrs
import numpy as np
import pytest

from plasticity import Experiment, open_run
from plasticity.comparison.comparison import compare, worth_sharing
from plasticity.comparison.task import Task
from plasticity.experiment.source import Source
from plasticity.sweeps import engines

STUMBLING = """
import os
import time
from pathlib import Path

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

@component
class Arrives:
    @hookimpl
    def step_finished(self, clock):
        Path(__file__).with_name("arrived").touch()

@component
class Lingers:
    @hookimpl
    def step_finished(self, clock):
        Path(__file__).with_name("arrived").touch()
        time.sleep(0.5)
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


def in_processes(tasks, ended=lambda task, result: None):
    engine = engines.Processes(len(tasks))
    with engine, closing(engines.carry_out(tasks, engine)) as results:
        for task, result in results:
            ended(task, result)


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
@pytest.mark.parametrize(("observer", "patience"), [("Arrives", 30.0), ("Lingers", 0.1)])
def test_after_an_interrupt_the_run_at_hand_is_kept(
    observer, patience, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(engines, "_PATIENCE_S", patience)
    given = {"epochs": 1_000_000, "metrics": [], "observers": [f"stumbling_parts:{observer}"]}
    long = Experiment.from_dict(TABLES | given)
    place = folder / "long" / "seed_0"
    place.parent.mkdir()

    def interrupt_after_a_step():
        deadline = time.monotonic() + 60
        while not (tmp_path / "arrived").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt_after_a_step)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        in_processes([Task("long", long, place)])
    thread.join()
    run = open_run(place)
    assert run.outcome == "interrupted"
    assert run.store.checkpoints


def test_a_process_that_starts_during_an_interrupt_is_stopped(tmp_path, monkeypatch):
    stopped, started = threading.Event(), []
    stop = engines._Worker.stop

    def stop_and_tell(worker):
        stop(worker)
        stopped.set()

    def start_late(worker):
        os.kill(os.getpid(), signal.SIGINT)
        stopped.wait(0.3)  # in vain where `stop` waits for the process
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        child = [sys.executable, "-c", "import time; time.sleep(5)"]
        started.append(subprocess.Popen(child, **pipes))
        return started[0]

    monkeypatch.setattr(engines._Worker, "stop", stop_and_tell)
    monkeypatch.setattr(engines._Worker, "_start", start_late)
    with pytest.raises(KeyboardInterrupt):
        in_processes([Task("late", spec(), tmp_path / "late")])
    assert started[0].returncode == -signal.SIGTERM


def test_a_second_interrupt_leaves_no_process_behind(tmp_path, monkeypatch):
    closed = []

    class Worker(engines._Worker):
        def carry_out(self, task):
            return ""

        def close(self):
            closed.append(self)

    def interrupted(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(engines, "n_core", lambda: 2)
    monkeypatch.setattr(engines, "_Worker", Worker)
    monkeypatch.setattr(threading.Thread, "join", interrupted)
    tasks = [Task(name, spec(), tmp_path / name) for name in "ab"]
    with pytest.raises(KeyboardInterrupt):
        in_processes(tasks, ended=interrupted)
    assert len(closed) == 2
    assert all(worker._stopped for worker in closed)


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
