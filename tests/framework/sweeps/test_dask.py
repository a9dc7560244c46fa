"""Sweeps on a cluster of Dask, with real processes on this machine."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

import plasticity as pl
from plasticity.errors import EntryError, SpecError
from plasticity.sweeps import engines
from tests.support.effort import THOROUGH
from tests.support.sweeping import (
    EPOCHS,
    INTERVAL,
    OVER,
    STEPS,
    assert_as,
    small,
    steps_in,
    undisturbed,
    waited_for,
)

dask = pytest.importorskip("distributed", reason="clusters need dask and distributed")
SEED = 11


@pytest.fixture(scope="module")
def cluster(parts):
    """Two workers, each a process, with a scheduler in this one."""
    with dask.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as it:
        yield it


@pytest.fixture
def client(cluster):
    with dask.Client(cluster) as one:
        one.wait_for_workers(2, 60)
        yield one


def counting(parts, path, pause=0.0):
    return {"name": f"{parts}:Counts", "file": str(path), "pause": pause}


def test_a_cluster_gives_the_same_numbers_and_knows_the_cells_by_name(
    room, cluster, client, folder, capsys
):
    swept = pl.sweep(small(room), OVER, out=folder / "s", on=cluster.scheduler_address)
    assert_as(swept, undisturbed(room))
    assert capsys.readouterr().out.startswith("dashboard: http")
    keys = known_keys(cluster)
    assert {key.rpartition(" seed=")[0] for key in keys} == {
        "memory=0 rate=0.01", "memory=0 rate=0.1", "memory=0.5 rate=0.01", "memory=0.5 rate=0.1",
    }  # fmt: skip


def known_keys(cluster):
    """The keys of the tasks that the scheduler has seen."""
    return {row[0] for row in cluster.scheduler.transition_log if " seed=" in str(row[0])}


def test_workers_killed_at_any_time_cost_nothing_but_time(room, parts, cluster, client, folder):
    reference, chance = undisturbed(room), random.Random(SEED)
    left = 50 if THOROUGH else 2
    trial = 0
    while left:
        trial += 1
        counts = folder / f"counts{trial}"
        spec = small(room, counting(parts, counts, 0.02))
        moments = sorted(chance.sample(range(4 * EPOCHS * STEPS), min(left, 2)))

        def kill(counts=counts, moments=moments):
            for moment in moments:
                waited_for(lambda moment=moment: len(steps_in(counts)) > moment)
                os.kill(int(steps_in(counts)[-1].split()[0]), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        swept = pl.sweep(spec, OVER, out=folder / f"s{trial}", executor=client.get_executor())
        killer.join()
        left -= len(moments)
        assert_as(swept, reference)
        # A checkpoint is written beside the next steps, so that two intervals may be lost.
        assert len(steps_in(counts)) <= 4 * EPOCHS * STEPS + 2 * INTERVAL * len(moments)


def test_ctrl_c_ends_the_cells_of_a_cluster_and_keeps_their_states(
    room, parts, cluster, client, folder
):
    spec = small(room, counting(parts, folder / "counts", 0.02), epochs=1_000_000)

    def interrupt():
        # Both workers have a cell in hand.
        waited_for(lambda: len(list(folder.glob("s/runs/*/zarr.json"))) == 2)
        waited_for(lambda: len(steps_in(folder / "counts")) > 5)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        pl.sweep(spec, seeds=4, out=folder / "s", on=cluster.scheduler_address)
    thread.join()
    swept = pl.open_sweep(folder / "s")
    assert {run.outcome for _, run in swept.runs()} == {"interrupted"}
    assert all(run.store.checkpoints for _, run in swept.runs())
    assert swept.standing() == "2 to resume, 2 to do"


def test_a_worker_of_another_version_is_named_and_the_others_go_on(
    room, cluster, client, folder, tmp_path
):
    other = tmp_path / "plasticity_lab-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: plasticity-lab\nVersion: 0.0.1\n")
    worker, _ = client.scheduler_info()["workers"]
    client.run(exec, f"import sys; sys.path.insert(0, {str(tmp_path)!r})", workers=[worker])
    try:
        swept = pl.sweep(
            small(room), OVER, seeds=2, out=folder / "s", executor=client.get_executor()
        )
    finally:
        client.run(exec, f"import sys; sys.path.remove({str(tmp_path)!r})", workers=[worker])
    assert swept.failed
    for text in swept.failed.values():
        assert re.fullmatch(
            r"failed: worker \S+ has plasticity-lab 0\.0\.1, and the sweep is of \S+; install the "
            "same version on both",
            text,
        )
    again = pl.sweep(folder / "s", executor=client.get_executor())
    assert again.standing() == "8 complete"


SCHEDULER = """
import asyncio, sys
from distributed import Scheduler, Worker

async def serve():
    worker = sys.argv[1:] and Worker(sys.argv[1], nthreads=1)
    async with worker or Scheduler(port=0, dashboard=False) as server:
        print(server.address, flush=True)
        await server.finished()

asyncio.run(serve())
"""


@pytest.mark.parametrize("trial", range(50 if THOROUGH else 1))
def test_a_scheduler_that_is_killed_ends_the_sweep_which_goes_on_later(trial, room, parts, folder):
    moment = random.Random(SEED + trial).randrange(4 * EPOCHS * STEPS)
    counts = folder / "counts"
    spec = small(room, counting(parts, counts, 0.02))
    begin = [sys.executable, "-c", SCHEDULER]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(begin, **quiet) as scheduler:
        address = scheduler.stdout.readline().strip()
        with subprocess.Popen([*begin, address], **quiet) as worker:
            worker.stdout.readline()

            def kill():
                waited_for(lambda: len(steps_in(counts)) > moment)
                scheduler.kill()

            killer = threading.Thread(target=kill)
            killer.start()
            begun = time.monotonic()
            swept = pl.sweep(spec, OVER, out=folder / "s", on=address)
            assert time.monotonic() - begun < 60
            killer.join()
            worker.kill()
    assert set(swept.failed.values()) <= {"failed: was cancelled: has the scheduler ended?"}
    assert_as(pl.sweep(folder / "s"), undisturbed(room))


def test_a_scheduler_that_does_not_answer_is_told_soon(room, folder, monkeypatch):
    monkeypatch.setattr(engines, "_ANSWER_S", 0.5)
    begun = time.monotonic()
    with pytest.raises(SpecError, match=r"^on: no scheduler answers at tcp://127\.0\.0\.1:9: .*$"):
        pl.sweep(small(room), out=folder / "s", on="tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 5
    with pytest.raises(EntryError, match=r'^on: must be "local", "slurm" or an address'):
        pl.sweep(small(room), out=folder / "s", on="nowhere")


def test_without_dask_it_is_said_what_to_install(room, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SpecError, match=r"pip install 'plasticity-lab\[dask\]'$"):
        pl.sweep(small(room), out=folder / "s", on="local")


def test_jobs_of_slurm_are_asked_for_as_cells_want_them(room, cluster, client, folder, monkeypatch):
    asked = []

    class SLURMCluster:
        status = cluster.status
        scheduler_address = cluster.scheduler_address
        dashboard_link = "nowhere"

        def __enter__(self):
            return self

        def __exit__(self, *error):
            asked.append("closed")

        def adapt(self, **how):
            asked.append(how)

    monkeypatch.setitem(sys.modules, "dask_jobqueue", SimpleNamespace(SLURMCluster=SLURMCluster))
    swept = pl.sweep(small(room), OVER, out=folder / "s", on="slurm")
    assert_as(swept, undisturbed(room))
    assert asked == [{"minimum_jobs": 1, "maximum_jobs": 4}, "closed"]
