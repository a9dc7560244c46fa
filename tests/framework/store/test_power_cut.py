"""A power cut at any moment: what was told as committed is there, and the run can go on from it.

A killed process loses nothing that the kernel holds, so a kill tells nothing of this. Here all that
a run does to the disk is recorded, and at each moment the disks that a power cut may leave are laid
out and opened (see `powercut`).

Told as committed is what the store lists when a commit has returned: the length of each array, each
checkpoint, the outcome. Who reads along sees it a moment before, and may then lose it.
"""

import json
import random
import shutil
from itertools import count

import numpy as np
import pytest
import zarr

from plasticity import open_run
from plasticity.errors import StoreError
from plasticity.store.arrays import read_array
from plasticity.store.commit import files, staged, target
from plasticity.store.commit.staged import StagedStore
from tests.support.powercut import Disk, Record, lay
from tests.support.recorded import Meets, assert_same, left_by, message, simulation

SEED = 12
NONE = ("there is nothing there", "is not the store of a run")
RESUMED = 14  # of the disks, spread over the run; each takes a quarter of a second
STORAGE = {"checkpoint": 3, "commit": "1 ms", "buffer": "4 kB"}


def long(*listeners, **storage):
    return simulation(epochs=2, listeners=listeners, storage=STORAGE | storage)


def interrupt():
    raise KeyboardInterrupt


def interrupted_and_resumed(path):
    with pytest.raises(KeyboardInterrupt):
        long(Meets(5, interrupt)).run(path)
    long().resume(path)


def told_by(staged):
    """What a store lists: the lengths of its arrays, and the outcome of its run."""
    lengths = {
        path: node["shape"][0] if node.get("dimension_names", [])[:1] == ["step"] else None
        for path, node in staged.nodes.items()
        if node["node_type"] == "array"
    }
    return lengths, staged.nodes[""]["attributes"]["outcome"]


def record(folder, do, monkeypatch):
    """The events of what is done in a folder, from making it on."""
    (folder / "disk").mkdir()
    found = Record(folder / "disk")
    commit = StagedStore.commit

    def telling(staged):
        commit(staged)
        found.tell(told_by(staged))

    with monkeypatch.context() as patched:
        patched.setattr(StagedStore, "commit", telling)
        with found.watching(patched):
            do(folder / "disk" / "run")
    return found


def is_read(path):
    """Whether a reader looks at a file: at the list of all nodes, and at values."""
    name = path.rpartition("/")[2]
    return path == "run/zarr.json" or not (
        name in ("zarr.json", ".lock") or name.endswith(files.PARTIAL)
    )


def disks(found, n_random=1):
    """What a power cut may leave at each moment, and what had been told by then.

    Of disks that are the same for a reader it is the first.
    """
    disk, chance, told, seen = Disk(), random.Random(SEED), None, set()
    for event in found.events[: found.n_before]:
        disk.do(event)
    disk.sync_all()
    for event in found.events[found.n_before :]:
        disk.do(event)
        if event[0] == "told":
            told, seen = event[2], set()
        for image in disk.images(chance, n_random):
            key = frozenset(item for item in image.items() if is_read(item[0]))
            if key not in seen:
                seen.add(key)
                yield image, told


class Reader:
    """Opens one disk after the other and compares all that is there with a run without a cut."""

    def __init__(self, folder, reference):
        folder.mkdir()
        self.path = folder / "run"
        self._folder, self._image = folder, {}
        arrays = open_run(reference).store.arrays().items()
        self._reference = {path: read_array(array) for path, array in arrays}
        self._equal = set()

    def lay(self, image):
        lay(self._folder, image, self._image)
        self._image = image

    def forget(self):
        """Take note that the folder is empty."""
        self._image = {}

    def loss(self, image, told):
        """What is lost of what was told, or is there and is not right; "" where nothing is."""
        self.lay(image)
        try:
            store = open_run(self.path).store
        except StoreError as error:
            return "" if told is None and str(error).endswith(NONE) else str(error)
        lengths, outcome = told_by(store.staged)
        if told is not None:
            for path, length in told[0].items():
                if length is not None and lengths.get(path, 0) < length:
                    return f"{path} has {lengths.get(path, 0)} frames of {length}"
            if told[1] != "running" and outcome not in (told[1], "running"):
                return f"the outcome is {outcome}, not {told[1]}"
        return next(filter(None, (self._wrong(path, store) for path in lengths)), "")

    def _wrong(self, path, store):
        """What is wrong with an array; one that was seen before, in all its bytes, is not read."""
        here = {name: content for name, content in self._image.items() if f"/{path}/" in name}
        key = (path, repr(store.staged.nodes[path]), frozenset(here.items()))
        if key in self._equal:
            return ""
        try:
            found = read_array(zarr.open_array(store.staged, path=path))
        except StoreError as error:
            return str(error)
        layer, _, name = path.partition("/state/")
        if name:
            path = f"checkpoints/step_{store.attributes['reached']}/{layer}/{name}"
        expected = self._reference[path]
        if layer == path:
            expected = expected if path.startswith("checkpoints") else expected[: len(found)]
        if not np.array_equal(found, expected):
            return f"{path} holds other values"
        self._equal.add(key)
        return ""


def first_loss(reader, found, once_told=False):
    """The first loss that a disk shows; `once_told`: of what was recorded, when some was told."""
    left = disks(found, n_random=0 if once_told else 1)
    if once_told:
        left = ((image, told) for image, told in left if told and any(told[0].values()))
    return next(filter(None, (reader.loss(image, told) for image, told in left)), "")


@pytest.fixture(scope="module")
def reference(new_folder):
    """A run that met with no cut, and kept its state after each step."""
    path = new_folder() / "reference"
    long(checkpoint=1, kept=100).run(path)
    return path


def test_every_disk_that_a_power_cut_may_leave_holds_what_was_told(reference, folder, monkeypatch):
    found = record(folder, interrupted_and_resumed, monkeypatch)
    outcomes = [event[2][1] for event in found.events if event[0] == "told"]
    assert list(dict.fromkeys(outcomes)) == ["running", "interrupted", "finished"]
    assert first_loss(Reader(folder / "cut", reference), found) == ""


def test_so_does_one_on_which_a_store_was_replaced(reference, folder, monkeypatch):
    def replace(path):
        shutil.copytree(reference, path)
        long().run(path, overwrite=True)

    found = record(folder, replace, monkeypatch)
    assert first_loss(Reader(folder / "cut", reference), found, once_told=True) == ""


def test_a_run_goes_on_from_such_a_disk_to_the_same_bits(reference, folder, monkeypatch):
    found = record(folder, interrupted_and_resumed, monkeypatch)
    reader = Reader(folder / "cut", reference)
    for image, told in random.Random(SEED).sample(list(disks(found)), RESUMED):
        reader.lay(image)
        if told is None and message(open_run, reader.path).endswith(NONE):
            long().run(reader.path)
        else:
            if open_run(reader.path).outcome == "finished":
                continue
            long().resume(reader.path)
        assert_same(left_by(reader.path), left_by(reference))
        assert not list(reader.path.rglob("*.partial"))
        for path, node in open_run(reader.path).store.staged.nodes.items():
            if path:
                alone = json.loads((reader.path / path / "zarr.json").read_bytes())
                assert alone.get("shape") == node.get("shape")
        shutil.rmtree(reader.path)
        reader.forget()


@pytest.mark.parametrize("image", ["", ".lock", "zarr.json.partial"])
def test_a_run_begins_where_a_power_cut_left_no_first_commit(image, reference, folder):
    (folder / "run").mkdir()
    if image:
        (folder / "run" / image).write_bytes(bytes(20))
    assert message(open_run, folder / "run") == f"{folder}/run: there is nothing there"
    long().run(folder / "run")
    assert_same(left_by(folder / "run"), left_by(reference))


# -- what must not pass --------------------------------------------------------------------------


def without_a_sync(patched):
    patched.setattr(files, "_settle", lambda path: None)


def with_names_that_are_never_synced(patched):
    sync = files._settle
    patched.setattr(files, "_settle", lambda path: path.is_dir() or sync(path))


def with_a_folder_whose_name_is_never_synced(patched):
    patched.setattr(target, "make_folder", lambda path: path.mkdir(parents=True, exist_ok=True))


def that_renames_before_it_syncs(patched):
    def replace_file(path, content, safe, whole=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        replaces, partial = path.exists(), path.with_name(path.name + files.PARTIAL)
        partial.write_bytes(content)
        partial.replace(path)
        if whole or (safe and replaces):
            files._settle(path)
        return replaces

    patched.setattr(staged, "replace_file", replace_file)


def that_lists_values_before_it_syncs_them(patched):
    settle, calls = StagedStore._settle, count()
    patched.setattr(
        StagedStore, "_settle", lambda store: settle(store) if next(calls) % 2 else None
    )


def that_deletes_before_it_commits(patched):
    def drop(store, path):
        forget(store, path)
        store.sweep(path)

    forget = StagedStore.drop
    patched.setattr(StagedStore, "drop", drop)


@pytest.mark.parametrize(
    "worse",
    [
        without_a_sync,
        with_names_that_are_never_synced,
        with_a_folder_whose_name_is_never_synced,
        that_renames_before_it_syncs,
        that_lists_values_before_it_syncs_them,
        that_deletes_before_it_commits,
    ],
)
def test_a_store_is_found_out(worse, reference, folder, monkeypatch):
    with monkeypatch.context() as patched:
        worse(patched)
        found = record(folder, interrupted_and_resumed, patched)
    assert first_loss(Reader(folder / "cut", reference), found, once_told=True)
