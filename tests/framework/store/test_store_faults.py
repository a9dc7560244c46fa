"""What can go wrong around a store, and what is left of the run afterwards."""

import json
import resource
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest
import xarray as xr
import zarr

from plasticity import open_run
from tests.support.recorded import Meets, assert_same, left_by, message, simulation, warnings_in
from tests.support.small_disk import on_a_small_disk


@pytest.fixture(scope="module")
def reference(new_folder):
    """The folder of a run that met with no fault."""
    path = new_folder() / "reference"
    simulation().run(path)
    return path


@pytest.fixture
def path(reference, folder):
    """A copy of that folder, to be damaged."""
    shutil.copytree(reference, folder / "run")
    return folder / "run"


# -- no room -------------------------------------------------------------------------------------


def test_a_run_that_meets_a_full_disk_tells_what_is_kept_and_goes_on_when_there_is_room(
    reference, folder
):
    path, limit = folder / "run", resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, limit[1]))

    told = ""
    try:
        told = message(simulation(listeners=[Meets(8, fill)]).run, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert told == (
        f"{path}: cannot be written: [Errno 27] File too large; what was recorded until step 5 is "
        f"kept, and `plasticity resume {path}` goes on from the last checkpoint once it can be "
        "written again"
    )
    assert open_run(path).trajectory.step.values.tolist() == [1, 2, 3, 4, 5]
    assert not list(path.rglob("*.partial"))
    simulation().resume(path)
    assert_same(left_by(path), left_by(reference))


FULL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.support.recorded import Meets, simulation
from plasticity.errors import StoreError

room = Path(sys.argv[1])

def fill():
    with (room / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass

for attempt in (lambda: simulation(listeners=[Meets(8, fill)]).run(room / "run"),
                lambda: simulation().resume(room / "run")):
    try:
        attempt()
    except StoreError as error:
        print(error)
(room / "ballast").unlink()
simulation().resume(room / "run")
"""


def test_a_file_system_that_is_full_is_told_and_survived(reference, folder):
    room = folder / "room"
    done = on_a_small_disk(FULL, room, folder / "run")
    assert done.stdout.splitlines() == 2 * [
        f"{room}/run: cannot be written: [Errno 28] No space left on device; what was recorded "
        f"until step 5 is kept, and `plasticity resume {room}/run` goes on from the last "
        "checkpoint once it can be written again"
    ]
    assert done.returncode == 0, done.stderr
    assert_same(left_by(folder / "run"), left_by(reference))


# -- two writers ---------------------------------------------------------------------------------

HOLDS = """
import sys
from pathlib import Path
from plasticity.store.commit.lock import Lock

lock = Lock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(path):
    """A process that holds the folder of the run."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def since(path):
    return json.loads((path / ".lock").read_text())["since"]


def test_a_second_process_on_a_store_is_refused(holder, path):
    told = (
        f"{path}: is being written by process {holder.pid} (since {since(path)}); wait until it "
        "ends, stop it, or choose another path"
    )
    assert message(simulation(epochs=5).resume, path) == told
    assert message(simulation().run, path, overwrite=True) == told
    assert open_run(path).outcome == "finished"
    assert open_run(path).store.is_written


def test_the_lock_of_a_dead_process_is_taken_over(holder, path, caplog):
    owner = f"process {holder.pid} (since {since(path)})"
    holder.kill()
    holder.wait()
    simulation(epochs=5).resume(path)
    assert warnings_in(caplog) == [
        f"{path}: taken over from {owner}, which ended without closing the store"
    ]
    assert not (path / ".lock").exists()
    assert not open_run(path).store.is_written


# -- damage --------------------------------------------------------------------------------------


def damage(path, name):
    """Change a byte in the middle of the one file of an array."""
    (file,) = (path / name).glob("c*")
    content = bytearray(file.read_bytes())
    content[len(content) // 4] ^= 1
    file.write_bytes(content)
    return file


def lose(path, name):
    (file,) = (path / name).glob("c*")
    file.unlink()
    return file.relative_to(path).as_posix()


def consolidate(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that Zarr's specification does not hold it yet
        zarr.consolidate_metadata(path)


def test_a_changed_byte_of_a_recorded_array_is_told_and_the_rest_can_be_read(path):
    damage(path, "layer_0/trajectory/weights")
    run = open_run(path)
    told = message(run.trajectory.weights.load)
    assert told.startswith(f"{path}: layer_0/trajectory/weights is damaged: ")
    assert told.endswith("and the parts of this one that lie in other files, can be read")
    assert run.trajectory.threshold.load().sizes["step"] == 16
    assert run.metrics.load().sizes["step"] == 4
    assert run.weights.load().sizes == {"neuron": 3, "input": 4}


@pytest.mark.parametrize("array", ["trajectory/weights", "metrics/norm", "state/threshold"])
def test_a_lost_file_is_told_and_not_read_as_blank(path, array):
    file = lose(path, f"layer_0/{array}")
    group, name = array.split("/")
    assert message(open_run(path).recorded(group)[name].load) == (
        f"{path}: layer_0/{array} is damaged: the file {file} is missing; other arrays, and the "
        "parts of this one that lie in other files, can be read"
    )


@pytest.mark.parametrize("harm", [damage, lose])
def test_a_run_goes_on_from_the_state_before_one_that_is_damaged(reference, path, caplog, harm):
    longer = path.parent / "longer"
    simulation(epochs=5).run(longer)
    harm(path, "checkpoints/step_16/layer_0/weights")
    simulation(epochs=5).resume(path)
    first, second = warnings_in(caplog)
    assert first.startswith(f"{path}: checkpoints/step_16/layer_0/weights is damaged: ")
    assert second == f"{path}: goes on from the state after step 15"
    assert_same(left_by(path), left_by(longer))
    assert open_run(path).store.checkpoints == [15, 20]


def test_a_run_none_of_whose_states_can_be_read_does_not_go_on(path):
    lost = [lose(path, f"checkpoints/step_{step}/layer_0/weights") for step in (15, 16)]
    assert message(simulation(epochs=5).resume, path) == (
        f"{path}: checkpoints/step_16/layer_0/weights is damaged: the file {lost[1]} is missing; "
        "other arrays, and the parts of this one that lie in other files, can be read"
    )
    assert open_run(path).outcome == "finished"
    assert not (path / ".lock").exists()


def test_a_run_does_not_go_on_in_a_file_that_is_damaged(reference, path):
    file = damage(path, "layer_0/trajectory/weights")
    told = message(simulation(epochs=5).resume, path)
    assert told.startswith(f"{path}: layer_0/trajectory/weights is damaged: ")
    assert told.endswith(
        "; to go on, move the file layer_0/trajectory/weights/c.0.0.0 away: then its frames are "
        "blank"
    )
    file.unlink()
    simulation(epochs=5).resume(path)
    frames = open_run(path).trajectory.weights.values
    assert len(frames) == 20
    assert np.isnan(frames[:16]).all()
    assert np.isfinite(frames[16:]).all()


@pytest.mark.parametrize("node", ["layer_0", "layer_0/trajectory", "layer_0/trajectory/weights"])
def test_metadata_of_a_part_are_not_missed(reference, path, node):
    (path / node / "zarr.json").unlink()
    assert_same(left_by(path), left_by(reference))
    with xr.open_datatree(path, engine="zarr") as tree:
        assert tree["layer_0/trajectory/weights"].load().sizes["step"] == 16
    simulation(epochs=5).resume(path)
    assert (path / "layer_0/trajectory/weights/zarr.json").exists()


def test_missing_metadata_of_the_whole_are_told(path):
    (path / "zarr.json").unlink()
    assert message(open_run, path) == (
        f"{path}: its file zarr.json is missing; without it nobody knows how much of the rest was "
        "committed, so put it back from a copy"
    )


def test_halved_metadata_of_the_whole_are_told(path):
    file = path / "zarr.json"
    file.write_text(file.read_text()[:1000])
    told = message(open_run, path)
    assert told.startswith(f"{path}: cannot be read: its zarr.json is damaged: JSONDecodeError(")


@pytest.mark.parametrize("content", ["[]", "1", "null", '{"attributes": 1}'])
def test_metadata_that_are_none_are_told(path, content):
    (path / "zarr.json").write_text(content)
    assert str(path) in message(open_run, path)


def test_a_store_that_another_program_made_anew_can_be_put_right(reference, path):
    told = json.loads((path / "zarr.json").read_text())
    del told["consolidated_metadata"]
    (path / "zarr.json").write_text(json.dumps(told))
    assert message(open_run, path) == (
        f"{path}: its zarr.json was written by another program and no longer lists the arrays; "
        f"zarr.consolidate_metadata({str(path)!r}) puts them back"
    )
    consolidate(path)
    assert_same(left_by(path), left_by(reference))


def test_a_note_of_the_user_in_the_attributes_stays(path):
    zarr.open_group(path, mode="r+").attrs["note"] = "mine"
    simulation(epochs=5).resume(path)
    assert open_run(path).store.attributes["note"] == "mine"


def test_a_store_of_big_endian_numbers_is_read_but_does_not_go_on(reference, path):
    for name, array in open_run(path).store.arrays().items():
        zarr.create_array(
            path, name=name, data=array[...], chunks=array.chunks, shards=array.shards,
            serializer=zarr.codecs.BytesCodec(endian="big"), fill_value=array.fill_value,
            compressors=array.compressors, dimension_names=array.metadata.dimension_names,
            attributes=dict(array.attrs), overwrite=True, config={"write_empty_chunks": True},
        )  # fmt: skip
    consolidate(path)
    assert_same(left_by(path), left_by(reference))
    assert message(simulation(epochs=5).resume, path) == (
        f"{path}: layer_0/metrics/step was written by another program, or by another version of "
        "this one; it can be read, but the run cannot go on in it"
    )
    assert_same(left_by(path), left_by(reference))


@pytest.mark.parametrize(("before", "after"), [("zstd", "none"), ("none", "lz4"), ("lz4", "zstd")])
def test_a_run_may_be_packed_otherwise_when_it_goes_on(reference, folder, before, after):
    simulation(epochs=3, storage={"compression": before}).run(folder / "run")
    simulation(storage={"compression": after}).resume(folder / "run")
    assert_same(left_by(folder / "run"), left_by(reference))
