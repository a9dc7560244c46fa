"""A run that is killed at any moment: nothing committed is lost, and it ends as if undisturbed."""

import os
import random
import shutil
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from plasticity import open_run
from tests.support.effort import cases
from tests.support.killing import in_another_process, killed
from tests.support.recorded import assert_same, left_by, simulation

MOMENTS = cases(82)  # and 18 further down
SEED = 4
EPOCHS = 9


def long_simulation(epochs=EPOCHS):
    """A commit after nearly every step, and a state at the last."""
    kept = {"checkpoint": 6, "commit": "1 ms", "buffer": "4 kB"}
    return simulation(epochs=epochs, storage=kept)


def carry_on(path):
    """Begin the run, or go on with it."""
    if (path / "zarr.json").exists():
        long_simulation().resume(path)
    else:
        shutil.rmtree(path, ignore_errors=True)
        long_simulation().run(path)


def check(path, reference, committed):
    """See that the store opens and holds a beginning of the reference; how many frames."""

    def begins_as(seen, name):
        expected = reference[f"layer_0/{name}"].isel(step=slice(seen.sizes["step"]))
        return seen.drop_attrs(deep=False).identical(expected.drop_attrs(deep=False))

    with xr.open_datatree(path, engine="zarr") as tree:
        reached = tree.attrs.get("reached", 0)
        frames = 0
        if "/layer_0/trajectory" in tree.groups:
            seen = tree["layer_0/trajectory"].to_dataset().load()
            frames = seen.sizes["step"]
            assert begins_as(seen, "trajectory")
        assert frames >= max(committed, reached)
        if "/layer_0/metrics" in tree.groups:
            seen = tree["layer_0/metrics"].to_dataset().load()
            assert begins_as(seen, "metrics")
        for name in tree.get("checkpoints", {}):
            step = int(name.removeprefix("step_"))
            weights = tree[f"checkpoints/{name}/layer_0/weights"].values
            assert np.array_equal(weights, reference["layer_0/trajectory"].weights.sel(step=step))
        if "/layer_0/state" in tree.groups:
            at_end = reference["layer_0/trajectory"].weights.sel(step=reached)
            assert np.array_equal(tree["layer_0/state/weights"], at_end)
    return frames


@pytest.fixture(scope="module")
def reference(new_folder):
    path = new_folder() / "reference"
    long_simulation().run(path)
    return left_by(path)


def carried_to_its_end(path, reference, moments):
    """Kill and carry on until the run has come to its end; how often it was killed.

    moments   how each process ends, as arguments of `killed`
    """
    count = committed = 0
    for moment in moments:
        if not killed(partial(carry_on, path), path, **moment):
            break
        count += 1
        if (path / "zarr.json").exists():
            committed = check(path, reference, committed)
        else:
            assert committed == 0
    else:
        carry_on(path)
    assert_same(left_by(path), reference)
    assert not list(path.rglob("*.partial"))
    nodes = {node.parent.relative_to(path).as_posix() for node in path.rglob("zarr.json")}
    assert nodes == {node or "." for node in open_run(path).store.staged.nodes}
    return count


def test_a_run_killed_at_any_write_ends_with_the_same_bytes(folder, reference):
    chance = random.Random(SEED)
    kills = trial = 0
    while kills < MOMENTS:
        trial += 1
        path = folder / f"run_{trial}"
        moments = [{"number": chance.randint(1, 200)} for _ in range(25)]
        kills += carried_to_its_end(path, reference, moments)


def test_a_run_killed_at_any_time_ends_with_the_same_bytes(folder, reference):
    chance = random.Random(SEED)
    moments = [{"after": chance.uniform(0, 0.3)} for _ in range(8)]
    carried_to_its_end(folder / "timed", reference, moments)


def test_a_run_killed_while_it_is_made_longer_ends_with_the_same_bytes(folder, reference):
    long_simulation(EPOCHS - 1).run(folder / "finished")
    for number in (1, 2, 4, 8, 16, 32, 64, 96, 128, 144):
        shutil.copytree(folder / "finished", folder / f"run_{number}")
        assert carried_to_its_end(folder / f"run_{number}", reference, [{"number": number}]) == 1


def test_no_file_of_a_store_is_ever_half_written(folder):
    opened = set()

    def watch(event, arguments):
        if event == "open" and "w" in str(arguments[1]) and str(folder) in str(arguments[0]):
            opened.add(Path(arguments[0]).suffix)

    def do():
        sys.addaudithook(watch)
        simulation().run(folder / "run")
        assert opened == {".partial"}

    assert os.waitpid(in_another_process(do), 0)[1] == 0
