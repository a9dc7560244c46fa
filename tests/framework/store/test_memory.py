"""A run in memory records no more than the machine has: told before it swaps."""

import subprocess
import sys

import numpy as np
import pytest

import plasticity as pl
from plasticity import Data, assemble
from plasticity.errors import SettingError, StoreError
from plasticity.machine import memory
from plasticity.machine.memory import memory_left
from plasticity.store import series
from tests.support.recorded import Takes
from tests.support.toys import SAMPLES, experiment

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (5_000_000_000, 5_000_000_000))
import numpy as np, plasticity as pl
from plasticity.errors import SettingError
recorder = {"name": "recorder", "every": 1}
data = np.random.default_rng(0).random((2000, 784), np.float32)
try:
    pl.run("bcm", data=data, neurons=1000, batch_size=1, epochs=1, fuse="never", metrics=[],
           observers=[recorder])
except SettingError as error:
    print(error)
"""


def test_frames_of_6_gb_are_refused_under_a_limit_of_5():
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith(
        "recorder: 2001 frames of layer_0 have 6,275 MB, and memory has room for "
    )
    room, _, rest = done.stdout.rpartition("room for ")[2].partition(" MB: ")
    assert 500 < float(room.replace(",", "")) < 4000
    assert rest.startswith("give the run a store (out), record less often, or set at_most = ")


@pytest.fixture
def little(monkeypatch):
    """A machine with 100 kB left."""
    monkeypatch.setattr(series, "memory_left", lambda: 1e5)


def recorded(out=None, **recorder):
    samples = np.random.default_rng(0).random((400, 16), np.float32)
    observers = [{"name": "recorder", "every": 1, **recorder}]
    return pl.run(
        "bcm", data=samples, neurons=10, epochs=50, metrics=[], observers=observers, out=out
    )


def test_a_recorder_that_has_no_room_is_refused_at_the_first_step(little):
    with pytest.raises(SettingError) as caught:
        recorded()
    assert str(caught.value) == (
        "recorder: 201 frames of layer_0 have 0 MB, and memory has room for 0 MB: give the run a "
        'store (out), record less often, or set at_most = "0 MB"'
    )


def test_what_goes_to_a_store_or_is_few_enough_is_not_refused(little, folder):
    assert recorded(folder / "run").trajectory.sizes["step"] == 201
    assert 0 < recorded(every=10).trajectory.sizes["step"] <= 21
    assert recorded(variables=["threshold"]).trajectory.sizes["step"] == 200


def test_a_listener_that_fills_the_memory_ends_the_run_with_what_it_has(little, monkeypatch):
    monkeypatch.setattr("plasticity.store.writer.BUFFER_BYTES", 20_000)
    made = experiment(data=Data(np.tile(SAMPLES, (40, 1))), batch_size=1)
    with pytest.raises(StoreError) as caught:
        assemble(made, [Takes(("weights",)), Fills()]).run()
    assert str(caught.value).endswith(
        " of frames are in memory, which has only 10 kB left: record less often, give the recorder "
        "at_most, or give the run a store (out)"
    )
    kept = caught.value.run.trajectory.step.values
    assert kept.tolist() == list(range(1, len(kept) + 1))
    assert len(kept) > 500


class Fills:
    """Takes memory at step 500."""

    @pl.hookimpl
    def step_finished(self, clock):
        if clock.step == 500:
            series.memory_left = lambda: 1e4


def test_the_least_that_anybody_leaves_counts(tmp_path, monkeypatch):
    group = tmp_path / "groups" / "batch" / "job"
    group.mkdir(parents=True)
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    5000 kB\n")
    (tmp_path / "cgroup").write_text("0::/batch/job\n")
    monkeypatch.setattr(memory, "_MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_PROCESS", tmp_path)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    assert memory_left() == 5000 * 1024
    (group / "memory.max").write_text("max\n")
    (group.parent / "memory.max").write_text("4000000\n")
    (group.parent / "memory.current").write_text("3000000\n")
    (group.parent / "memory.stat").write_text("anon 5\ninactive_file 70000\n")
    assert memory_left() == 1_070_000
    (group.parent / "memory.current").write_text("9000000\n")
    assert memory_left() == 0


def test_the_groups_of_the_older_kind_count_too(tmp_path, monkeypatch):
    group = tmp_path / "memory" / "job"
    group.mkdir(parents=True)
    (tmp_path / "cgroup").write_text("5:memory:/job\n4:cpu,cpuacct:/job\n")
    for name, value in {"memory.limit_in_bytes": 900, "memory.usage_in_bytes": 200}.items():
        (group / name).write_text(f"{value}\n")
    (group / "memory.stat").write_text("cache 5\ninactive_file 50\n")
    monkeypatch.setattr(memory, "_PROCESS", tmp_path)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    assert memory_left() == 750


def test_files_of_a_group_that_are_missing_or_closed_to_us_end_no_run(tmp_path, monkeypatch):
    group = tmp_path / "job"
    group.mkdir()
    (tmp_path / "cgroup").write_text("0::/job\n")
    monkeypatch.setattr(memory, "_MACHINE", tmp_path / "nowhere")
    monkeypatch.setattr(memory, "_PROCESS", tmp_path)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    (group / "memory.max").write_text("900\n")
    assert memory_left() == np.inf
    (group / "memory.current").write_text("200\n")
    assert memory_left() == 700
    (group / "memory.current").unlink()
    (group / "memory.current").mkdir()  # cannot be read, even by root
    assert memory_left() == np.inf
