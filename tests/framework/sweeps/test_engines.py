"""What carries out the runs of a sweep: processes of this machine, and executors of others."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest

import plasticity as pl
from plasticity.sweeps import engines, task
from plasticity.sweeps.engines import Here, Processes, carry_out
from tests.support.effort import THOROUGH
from tests.support.killing import in_another_process
from tests.support.sweeping import (
    OVER,
    alive,
    assert_as,
    dataset_of,
    small,
    steps_in,
    undisturbed,
    waited_for,
)


@pytest.fixture(scope="module")
def both(parts):
    """Two processes of this machine, which all tests use one after the other."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engines, "n_core", lambda: 2)
        with Processes() as engine:
            yield engine


def test_a_process_that_fails_in_any_way_is_reported_and_the_others_go_on(
    room, parts, both, folder, capfd
):
    ways = ["raises", "hardly_raises", "leaves", "exits", "runs_out_of_memory", "prints", "nothing"]
    over = {"observers": [[{"name": f"{parts}:Misbehaves", "how": way}] for way in ways]}
    swept = pl.sweep(small(room), over, out=folder / "s", executor=both)
    outcomes = [text.partition(";")[0] for text in swept.dataset.outcome.values.ravel()]
    begin = "failed: 'misbehaves' in event step_finished at step 3 (epoch 0) raised "
    assert outcomes == [
        f"{begin}ValueError: a stone in the way",
        f"{begin}Hard: 1 and 2",
        "failed: its process ended with status 7",
        "failed: SystemExit: 3",
        "failed: its process was ended by SIGKILL: is there enough memory?",
        "finished",
        "finished",
    ]
    written = capfd.readouterr()
    assert written.out == ""
    assert all(text in written.err for text in ("something", "something else", "and more"))


def executors():
    """Executors of others, by name."""
    yield "threads", lambda: ThreadPoolExecutor(2)
    for method in ("fork", "spawn") if THOROUGH else ("fork",):
        context = multiprocessing.get_context(method)
        yield method, lambda context=context: ProcessPoolExecutor(1, mp_context=context)
    if THOROUGH:
        loky = pytest.importorskip("loky")
        yield "loky", lambda: loky.ProcessPoolExecutor(1)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("name", "make"), [*executors()])
def test_any_executor_gives_the_same_numbers(name, make, room, folder):
    with make() as executor:
        swept = pl.sweep(small(room), OVER, out=folder / "s", executor=executor)
    assert_as(swept, undisturbed(room))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_pool_that_breaks_ends_no_sweep_with_an_exception(room, parts, folder):
    observers = [{"name": f"{parts}:Misbehaves", "how": "leaves"}]
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=fork) as executor:
        swept = pl.sweep(
            small(room), {"observers": [[], observers]}, seeds=2, out=folder / "s",
            executor=executor,
        )  # fmt: skip
    assert swept.dataset.outcome.values.ravel().tolist()[:2] == ["finished", "finished"]
    assert len(swept.failed) == 2
    assert all(text.startswith("failed: BrokenProcessPool: ") for text in swept.failed.values())


def test_a_task_and_its_report_are_small_and_named(room, folder):
    spec = small(room, epochs=10)
    design = pl.sweep(spec, OVER, out=folder / "s", executor=Never()).design
    cell = next(design.cells(str(folder / "s")))
    one = task.CellTask(cell.title, cell.spec, cell.path, {}, n_thread=1)
    assert one.__name__ == "memory=0 rate=0.01 seed=0"
    sent = pickle.dumps(one)
    assert len(sent) < 3000
    parcel = pickle.loads(sent)
    assert pickle.loads(pickle.dumps(parcel)) == parcel
    assert len(pickle.dumps(parcel())) < 2000


class Never(Here):
    """An executor that loses all tasks."""

    def submit(self, *given):
        future = Future()
        future.set_exception(RuntimeError("lost"))
        return future


def test_a_worker_of_another_version_refuses(room, folder, monkeypatch):
    parcel = pickle.loads(pickle.dumps(task.CellTask("one", small(room), str(folder / "r"), {})))
    monkeypatch.setattr(task, "version", lambda name: "9.9")
    assert re.fullmatch(
        r"failed: worker \S+ has plasticity-lab 9\.9, and the sweep is of \S+; install the same "
        "version on both",
        parcel().outcome,
    )
    assert not (folder / "r").exists()


def test_what_was_measured_is_the_same_read_from_the_stores(room, folder):
    metrics = [{"name": "selectivity", "every": 3}, "overlap", "threshold_convergence"]
    swept = pl.sweep(small(room, metrics=metrics), OVER, out=folder / "s")
    reports = list((folder / "s" / "runs").glob("*.json"))
    assert len(reports) == 4
    for path in reports:
        path.unlink()
    again = pl.open_sweep(folder / "s")
    assert dataset_of(again).identical(dataset_of(swept))
    assert np.isnan(again.dataset.seconds).all()


def test_a_cell_that_is_complete_is_not_touched(room, folder):
    cell = task.CellTask("one", small(room), str(folder / "r"), {})
    first = cell()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert cell() == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_process_whose_leader_is_killed_ends_with_its_state(room, parts, folder):
    counts = {"name": f"{parts}:Counts", "file": str(folder / "counts"), "pause": 0.05}

    def lead():
        with Processes(1) as engine:
            spec = small(room, counts, epochs=1000)
            pl.sweep(spec, seeds=2, out=folder / "s", executor=engine)

    leader = in_another_process(lead)
    lines = waited_for(lambda: steps if len(steps := steps_in(folder / "counts")) > 4 else None)
    os.kill(leader, signal.SIGKILL)
    os.waitpid(leader, 0)
    workers = {int(line.split()[0]) for line in lines}
    waited_for(lambda: not any(map(alive, workers)), 10)
    runs = [run for _, run in pl.open_sweep(folder / "s").runs()]
    assert {run.outcome for run in runs} == {"interrupted"}
    assert all(run.store.checkpoints for run in runs)
    assert pl.open_sweep(folder / "s").standing() == "1 to resume, 1 to do"


# -- workers ---------------------------------------------------------------------------------------


def in_processes(tasks, ended=lambda task, result: None):
    engine = engines.Processes(len(tasks))
    with engine, closing(carry_out(tasks, engine)) as results:
        for one, result in results:
            ended(one, result)


class Sleeping:
    """A task that sleeps."""

    def __call__(self):
        time.sleep(5)


def test_a_process_that_starts_during_an_interrupt_is_stopped(monkeypatch):
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
        in_processes([Sleeping()])
    assert started[0].returncode == -signal.SIGTERM


def test_a_second_interrupt_leaves_no_process_behind(monkeypatch):
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
    with pytest.raises(KeyboardInterrupt):
        in_processes([Sleeping(), Sleeping()], ended=interrupted)
    assert len(closed) == 2
    assert all(worker._stopped for worker in closed)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_cells_times_threads_are_never_more_than_the_cores(count, monkeypatch):
    monkeypatch.setattr(engines, "n_core", lambda: 3)
    workers = Processes(count)._workers
    threads = [worker._n_thread for worker in workers]
    assert (len(threads), sum(threads)) == {1: (1, 3), 2: (2, 2), 3: (3, 3), 5: (3, 3)}[count]


def test_a_pool_of_threads_is_asked_to_stop_as_well(room, parts, folder):
    counts = {"name": f"{parts}:Counts", "file": str(folder / "counts"), "pause": 0.05}

    def interrupt_after_a_step():
        waited_for(lambda: steps_in(folder / "counts"))
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt_after_a_step)
    thread.start()
    spec = small(room, counts, epochs=1000)
    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(2) as executor:
        pl.sweep(spec, seeds=3, out=folder / "s", executor=executor)
    thread.join()
    assert [run.outcome for _, run in pl.open_sweep(folder / "s").runs()] == ["interrupted"]
