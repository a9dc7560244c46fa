"""What may happen to a sweep: it goes on, and comes to the same to the last bit."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import plasticity as pl
from plasticity.sweeps import engines, task
from plasticity.sweeps.engines import Processes
from plasticity.sweeps.sweep import sweep
from tests.support.console import command, finish, start
from tests.support.effort import THOROUGH
from tests.support.killing import in_another_process, killed
from tests.support.small_disk import on_a_small_disk
from tests.support.sweeping import (
    EPOCHS,
    OVER,
    STEPS,
    alive,
    assert_as,
    small,
    steps_in,
    undisturbed,
    waited_for,
)

SEED = 7


def counting(parts, path, pause=0.0):
    return {"name": f"{parts}:Counts", "file": str(path), "pause": pause}


# -- killed ----------------------------------------------------------------------------------------


def test_a_sweep_killed_at_any_write_ends_with_the_same_bytes(room, folder):
    reference, chance = undisturbed(room), random.Random(SEED)
    kills = trial = 0
    while kills < (50 if THOROUGH else 5):
        trial += 1
        place = folder / f"s{trial}"
        carry_on = partial(pl.sweep, small(room), OVER, out=place)
        for _ in range(6):
            if not killed(carry_on, place, number=chance.randint(1, 250)):
                break
            kills += 1
        assert_as(carry_on(), reference)
        assert pl.open_sweep(place).standing() == "4 complete"


def test_processes_and_sweeps_killed_at_any_time_end_with_the_same_bytes(
    room, parts, folder, monkeypatch
):
    monkeypatch.setattr(engines, "n_core", lambda: 2)
    reference, chance = undisturbed(room), random.Random(SEED)
    left = 100 if THOROUGH else 3
    trial = 0
    while left:
        trial += 1
        place, counts = folder / f"s{trial}", folder / f"counts{trial}"
        spec = small(room, counting(parts, counts, 0.02))

        def lead(place=place, spec=spec):
            with Processes(2) as engine:
                pl.sweep(spec, OVER, out=place, executor=engine)

        leader = in_another_process(lead)
        moments = sorted(chance.sample(range(4 * EPOCHS * STEPS), min(left, 3)))
        for moment in moments:
            waited_for(lambda c=counts, m=moment, p=leader: len(steps_in(c)) > m or not alive(p))
            if not alive(leader):
                break
            worker = int(steps_in(counts)[-1].split()[0])
            os.kill(leader if moment == moments[-1] else worker, signal.SIGKILL)
            left -= 1
        os.waitpid(leader, 0)
        swept = pl.sweep(place)  # which waits for what the processes of the leader still hold
        assert_as(swept, reference)


def test_sweeps_begun_at_once_in_a_folder_share_the_work(room, parts, folder):
    reference = undisturbed(room)
    for trial in range(20 if THOROUGH else 2):
        place, counts = folder / f"s{trial}", folder / f"counts{trial}"

        def do(place=place, counts=counts):
            swept = sweep(small(room, counting(parts, counts)), OVER, out=place)
            assert_as(swept, reference)

        both = [in_another_process(do) for _ in range(3)]
        assert [os.waitpid(process, 0)[1] for process in both] == [0, 0, 0]
        lines = counts.read_text().splitlines()
        assert sum("begun" in line for line in lines) == len(reference.cells)
        assert len(steps_in(counts)) == len(reference.cells) * EPOCHS * STEPS


def test_a_sweep_says_who_has_its_cells_and_waits_for_them(room, parts, folder):
    spec = small(room, counting(parts, folder / "counts", 0.05))
    other = in_another_process(partial(pl.sweep, spec, out=folder / "s"))
    waited_for(lambda: steps_in(folder / "counts"))
    said = Lines()
    swept = sweep(spec, out=folder / "s", telling=said)
    assert os.waitpid(other, 0)[1] == 0
    assert swept.standing() == "1 complete"
    assert said.lines == [f"1 in the hands of process {other} (since {said.since})"]
    assert said.lasted == [("seed=0", "finished")]


class Lines:
    """What a sweep tells."""

    def __init__(self):
        self.lines, self.lasted = [], []

    def begun(self, design, states, seconds):
        pass

    def ended(self, title, report):
        self.lasted.append((title, report.outcome))

    def say(self, line):
        self.lines.append(line)
        self.since = line.rpartition("since ")[2].rstrip(")")


# -- failed ----------------------------------------------------------------------------------------


def test_what_failed_is_tried_again_and_what_diverged_is_not(room, parts, folder):
    once = {"name": f"{parts}:Misbehaves", "how": "raises_once", "file": str(folder / "once")}
    over = {"optimizer.rate": [0.01, 1e30], "observers": [[], [once]]}
    swept = pl.sweep(small(room), over, out=folder / "s")
    assert swept.standing() == "1 complete, 3 failed"
    texts = list(swept.failed.values())
    assert sum(text.startswith("diverged at step ") for text in texts) == 2
    assert sum("raised ValueError: once" in text for text in texts) == 1
    counts = [run.store.attributes["committed"] for _, run in swept.runs()]
    again = pl.sweep(folder / "s")
    assert again.standing() == "2 complete, 2 failed"
    now = [run.store.attributes["committed"] for _, run in again.runs()]
    assert [a == b for a, b in zip(counts, now, strict=True)] == [True, False, True, True]
    undisturbed, disturbed, *_ = (run for _, run in again.runs())
    assert np.array_equal(undisturbed.weights, disturbed.weights)


def test_data_that_are_missing_where_the_cell_runs_are_its_outcome(room, folder):
    (folder / "data").mkdir()
    cell = task.CellTask("one", small(folder / "data"), str(folder / "r"), {})
    (folder / "data" / "samples.npy").unlink()
    outcome = cell().outcome
    assert outcome.startswith("failed: ")
    assert f"{folder}/data/samples.npy" in outcome
    small(folder / "data")
    assert cell().outcome == "finished"


FULL = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[2])

import plasticity as pl
from tests.support.sweeping import small

room = Path(sys.argv[1])
spec = small(room, **{"layers.0.neurons": 400})
(room / "ballast").write_bytes(bytes(700_000))
swept = pl.sweep(spec, seeds=2, out=room / "run")
print(swept.standing())
for text in swept.failed.values():
    print(text.replace(str(room), "ROOM"))
(room / "ballast").unlink()
print(pl.sweep(room / "run").standing())
"""


def test_cells_whose_disk_is_full_fail_and_go_on_when_there_is_room(folder):
    done = on_a_small_disk(FULL, folder / "room", folder / "run")
    assert done.returncode == 0, done.stderr
    first, *texts, last = done.stdout.splitlines()
    assert "failed" in first
    assert texts
    assert all("No space left on device" in text for text in texts)
    assert last == "2 complete"


def test_a_table_of_failures_ends_the_command_with_status_1(room, parts, folder):
    observer = f'[{{name="{parts}:Misbehaves", how="raises"}}]'
    spec = folder / "spec.toml"
    spec.write_text(small(room).to_toml())
    given = ["sweep", str(spec), "--over", f"observers=[],{observer}", "--seeds", "2", "--quiet"]
    done = command(*given, "--out", str(folder / "s"))
    assert done.status == 1
    assert done.out.splitlines()[0] == "4 runs: 2 complete, 2 failed"
    row = next(line for line in done.out.splitlines() if "a stone in the way" in line)
    assert row.startswith("2 ")
    fast = command(*given, "--out", str(folder / "f"), "--fail-fast")
    assert fast.status == 1
    assert "seed=0: failed: 'misbehaves' in event step_finished at step 3" in fast.err
    assert pl.open_sweep(folder / "f").standing() == "2 complete, 1 failed, 1 to do"


# -- interrupted -----------------------------------------------------------------------------------


def test_ctrl_c_ends_all_processes_keeps_their_states_and_says_how_to_go_on(
    room, parts, folder, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", f"{room}")
    spec = folder / "spec.toml"
    text = small(room, counting(parts, folder / "counts", 0.02), epochs=1_000_000).to_toml()
    spec.write_text(text)
    process = start("sweep", str(spec), "--seeds", "2", "--out", str(folder / "s"))
    waited_for(lambda: len(steps_in(folder / "counts")) > 5)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.status == 130
    assert done.err.splitlines()[-2:] == [
        f"Interrupted; everything recorded so far is in {folder}/s.",
        f"Continue with: plasticity sweep {folder}/s",
    ]
    assert "Traceback" not in done.err
    workers = {int(line.split()[0]) for line in steps_in(folder / "counts")}
    assert not any(map(alive, workers))
    swept = pl.open_sweep(folder / "s")
    assert {run.outcome for _, run in swept.runs()} == {"interrupted"}
    assert all(run.store.checkpoints for _, run in swept.runs())
    assert swept.failed == {}


def test_a_second_ctrl_c_does_not_wait_for_the_step(room, parts, folder):
    spec = small(room, counting(parts, folder / "counts", 600.0))

    def lead():
        with pytest.raises(KeyboardInterrupt), Processes(1) as engine:
            pl.sweep(spec, seeds=2, out=folder / "s", executor=engine)

    leader = in_another_process(lead)
    worker = int(waited_for(lambda: steps_in(folder / "counts"))[0].split()[0])
    os.kill(leader, signal.SIGINT)
    time.sleep(0.3)
    assert alive(worker)
    os.kill(leader, signal.SIGINT)
    assert os.waitpid(leader, 0)[1] == 0
    assert not alive(worker)


def test_a_leader_in_a_thread_works_as_well(room, folder):
    with ThreadPoolExecutor(1) as thread:
        swept = thread.submit(pl.sweep, small(room), OVER, out=folder / "s").result()
    assert threading.active_count() >= 1
    assert_as(swept, undisturbed(room))
