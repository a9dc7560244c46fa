"""A store that is no folder: at a URL of S3, in memory by fsspec, in a zip file."""

import json
import logging
import shutil
import threading
import zipfile
from contextlib import suppress
from datetime import timedelta

import pytest
import xarray as xr
import zarr
from zarr.core.buffer import cpu
from zarr.core.sync import sync

from plasticity import open_run
from plasticity.errors import EntryError, StoreError
from plasticity.experiment.storage import Storage
from plasticity.store.commit.lock import Lease
from plasticity.store.commit.remote import RemoteStore
from tests.support.recorded import Meets, assert_same, left_by, message, simulation, warnings_in


def short(storage=None, epochs=2, **changes):
    """Eight steps: each commit asks a server dozens of times."""
    kept = {"commit": "1 s"} | (storage or {})
    return simulation(epochs=epochs, storage=kept, **changes)


def stop():
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def reference(new_folder):
    """The folder of a run that met with no fault."""
    path = new_folder() / "reference"
    short().run(path)
    return path


# -- S3 --------------------------------------------------------------------------------------------


class Server:
    """A server of S3 on this machine that can go away and come back, with what it holds."""

    def __init__(self):
        moto_server = pytest.importorskip("moto.server", reason="S3 needs moto[server] here")
        self._make = moto_server.ThreadedMotoServer
        self._port = 0
        self.start()

    def start(self):
        self._server = self._make("127.0.0.1", self._port, verbose=False)
        self._server.start()
        host, self._port = self._server.get_host_and_port()
        self.url = f"http://{host}:{self._port}"

    def go_away(self, seconds=None):
        self._server.stop()
        self._server._server.server_close()
        if seconds is not None:
            threading.Timer(seconds, self.start).start()


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("s3fs", reason="S3 needs s3fs")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made = Server()
    yield made
    made.go_away()


@pytest.fixture
def bucket(server, request, monkeypatch):
    """The URL of a bucket of its own."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)  # the waiting that is tested is ours
    name = f"bucket-{abs(hash(request.node.name))}"
    s3fs.S3FileSystem().mkdir(name)
    return f"s3://{name}"


def test_a_run_goes_to_s3_goes_on_and_comes_back(bucket, reference):
    place = f"{bucket}/deep/run"
    with pytest.raises(KeyboardInterrupt):
        short(listeners=[Meets(6, stop)]).run(place)
    assert open_run(place).store.checkpoints == [5]
    short().resume(place)
    assert_same(left_by(place), left_by(reference))
    with xr.open_datatree(place, engine="zarr") as tree:
        weights = tree["layer_0/trajectory/weights"].load()
    assert weights.identical(left_by(place)["layer_0/trajectory"]["weights"])
    assert not open_run(place).store.is_written


def test_a_store_on_s3_is_replaced_when_asked(bucket):
    place = f"{bucket}/run"
    short(epochs=1).run(place)
    assert message(short().run, place) == (
        f"{place}: exists already; choose another path, or replace it with --overwrite "
        "(overwrite=True)"
    )
    short(epochs=1, metrics=[]).run(place, overwrite=True)
    assert len(open_run(place).metrics) == 0


def test_a_bucket_that_is_not_there_is_told(bucket):
    assert message(short().run, "s3://nowhere/run") == (
        "s3://nowhere/run: cannot be written: The specified bucket does not exist"
    )
    assert message(open_run, "s3://nowhere/run") == "s3://nowhere/run: there is nothing there"


def test_a_server_may_be_away_for_five_seconds(server, bucket, reference, caplog):
    place = f"{bucket}/run"
    leaves = Meets(6, lambda: server.go_away(5))
    short(listeners=[leaves]).run(place)
    away, back = warnings_in(caplog)
    assert away.startswith(f"{place}: the server does not answer (")
    assert away.endswith("); trying again for 60 s (storage.patience)")
    assert back.startswith(f"{place}: answers again, after ")
    assert_same(left_by(place), left_by(reference))


def test_a_server_that_stays_away_ends_the_run_which_can_go_on_later(server, bucket, reference):
    place = f"{bucket}/run"
    leaves = Meets(6, server.go_away)
    impatient = short(listeners=[leaves], storage={"patience": "1 s"})
    try:
        told = message(impatient.run, place)
        unread = message(open_run, place)
    finally:
        server.start()
    assert told.startswith(
        f"{place}: cannot be written: the server did not answer for 1 s: Could not connect to"
    )
    assert told.endswith(
        "; what was recorded until step 5 is kept, and `plasticity resume "
        f"{place}` goes on from the last checkpoint once it can be written again"
    )
    assert unread.startswith(f"{place}: cannot be read: the server does not answer: ")
    assert open_run(place).store.is_written  # for all that can be known
    delete(f"{place}/owner.json")
    short().resume(place)
    assert_same(left_by(place), left_by(reference))


def delete(url):
    import s3fs

    s3fs.S3FileSystem().rm(url)


def test_patience_is_a_duration():
    assert Storage(patience="2 min").patience_seconds == 120
    with pytest.raises(EntryError):
        Storage(patience="long")


# -- who writes ------------------------------------------------------------------------------------


def lease_on(store, lasts_s=60):
    return Lease(store, "there", lasts_s)


def told_by(store):
    return json.loads(store._store_dict["owner.json"].to_bytes())


def test_a_second_writer_is_refused_naming_the_first():
    store = zarr.storage.MemoryStore()
    first = lease_on(store)
    first.acquire()
    lease = told_by(store)
    assert message(lease_on(store).acquire) == (
        f"there: is being written by process {lease['process']} (since {lease['since']}), which "
        f"counts as dead from {lease['until']} on unless it commits again; wait, stop it, or "
        "choose another path (if you know that it is dead, delete there/owner.json)"
    )
    assert first.holder() == f"process {lease['process']} (since {lease['since']})"
    first.release()
    assert first.holder() is None
    lease_on(store).acquire()


def test_the_lease_of_a_dead_process_is_taken_over_and_the_dead_one_stops(caplog):
    store = zarr.storage.MemoryStore()
    dead = lease_on(store, lasts_s=0)
    dead.acquire()
    lease = told_by(store)
    second = lease_on(store)
    second.acquire()
    owner = f"process {lease['process']} (since {lease['since']})"
    assert warnings_in(caplog) == [
        f"there: taken over from {owner}, which ended without closing the store"
    ]
    with pytest.raises(OSError, match=r"it was taken over by process \d+ \(since "):
        dead.refresh()
    dead.release()
    second.refresh()
    assert second.holder() is not None


@pytest.mark.parametrize("after_a_dead_one", [False, True], ids=["new", "after a dead one"])
@pytest.mark.parametrize("make", [zarr.storage.MemoryStore, zarr.storage.LocalStore])
def test_of_processes_that_begin_at_once_one_holds_the_store(make, after_a_dead_one, folder):
    for number in range(20):
        store = make(*[folder / str(number)] if make is zarr.storage.LocalStore else [])
        if after_a_dead_one:
            lease_on(store, lasts_s=0).acquire()
        leases, holders = [lease_on(store) for _ in range(6)], []
        begin = threading.Barrier(len(leases))

        def acquire(lease, begin=begin, holders=holders):
            begin.wait()
            with suppress(StoreError):
                lease.acquire()
                holders.append(lease)

        threads = [threading.Thread(target=acquire, args=(lease,)) for lease in leases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (holder,) = holders
        holder.refresh()
        holder.release()
        assert [key for key in keys_of(store) if key.startswith("owner.json")] == []


def keys_of(store):
    async def keys():
        return [key async for key in store.list()]

    return sync(keys())


def test_a_lease_that_ended_is_renewed_unless_another_took_it_over():
    store = zarr.storage.MemoryStore()
    late = lease_on(store, lasts_s=0)
    late.acquire()
    late._duration = timedelta(seconds=60)
    late.refresh()
    assert message(lease_on(store).acquire).startswith("there: is being written by process ")
    late.release()
    assert keys_of(store) == []


def test_of_two_writers_of_a_new_object_on_s3_the_server_takes_the_first(bucket):
    store = RemoteStore(f"{bucket}/run", read_only=False)
    for content in (b"first", b"second"):
        sync(store.set_if_not_exists("object", cpu.Buffer.from_bytes(content)))
    assert sync(store.get("object", cpu.buffer_prototype)).to_bytes() == b"first"


class WithoutCreation:
    """A file system of fsspec that cannot write a file only where there is none."""

    def __init__(self, fs):
        self._fs = fs

    def __getattr__(self, name):
        return getattr(self._fs, name)

    async def _pipe_file(self, path, value):
        await self._fs._pipe_file(path, value)


def test_a_file_system_that_knows_no_creation_is_asked_first_what_there_is():
    pytest.importorskip("fsspec")
    store = RemoteStore("memory://runs/old", read_only=False)
    store._store.fs = WithoutCreation(store._store.fs)
    for content in (b"first", b"second"):
        sync(store.set_if_not_exists("object", cpu.Buffer.from_bytes(content)))
    assert sync(store.get("object", cpu.buffer_prototype)).to_bytes() == b"first"


# -- other places ----------------------------------------------------------------------------------


def test_a_run_goes_to_the_memory_of_fsspec_and_goes_on(reference):
    pytest.importorskip("fsspec")
    place = "memory://runs/one"
    with pytest.raises(KeyboardInterrupt):
        short(listeners=[Meets(6, stop)]).run(place)
    short().resume(place)
    assert_same(left_by(place), left_by(reference))
    short(epochs=1).run(place, overwrite=True)
    assert open_run(place).store.checkpoints == [4]


def test_a_protocol_that_nobody_knows_is_told():
    pytest.importorskip("fsspec")
    assert message(open_run, "nothing://run") == (
        "nothing://run: cannot be opened: Protocol not known: nothing; a URL needs the fsspec "
        "package of its protocol, as s3fs for s3://"
    )


@pytest.mark.parametrize("inside", [".", "run"], ids=["at its root", "in a folder"])
def test_a_run_in_a_zip_file_is_read(reference, folder, inside):
    (folder / "packed").mkdir()
    shutil.copytree(reference, folder / "packed" / inside, dirs_exist_ok=True)
    shutil.make_archive(str(folder / "run"), "zip", folder / "packed")
    assert_same(left_by(folder / "run.zip"), left_by(reference))
    assert open_run(folder / "run.zip").store.checkpoint(8).keys() == {"experiment", "layer_0"}
    assert message(short(epochs=5).resume, folder / "run.zip") == (
        f"{folder}/run.zip: is a file, from which a run can be read but not go on; unpack it first"
    )


def test_a_damaged_zip_file_is_told(reference, folder):
    shutil.make_archive(str(folder / "run"), "zip", reference)
    path = folder / "run.zip"
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("layer_0/trajectory/weights/c.0.0.0").header_offset
    content = bytearray(path.read_bytes())
    content[place + 200] ^= 1
    path.write_bytes(content)
    told = message(open_run(path).trajectory.weights.load)
    assert told.startswith(f"{path}: layer_0/trajectory/weights is damaged: ")
