"""What a store refuses: to replace, to open, to record."""

import pytest
import zarr

from plasticity import assemble, hookimpl, open_run
from plasticity.errors import ContractError, StoreError
from tests.support.toys import experiment


class Records:
    """Records arrays of the layer."""

    def __init__(self, *names):
        self.names = names

    @hookimpl
    def run_started(self, store):
        self.store = store

    @hookimpl
    def step_finished(self, layer, clock):
        if clock.step == 1:
            self.store.record(layer, self.names).take()


def refused(path, message, **how):
    with pytest.raises(StoreError) as caught:
        assemble(experiment()).run(path, **how)
    assert str(caught.value) == message


def test_a_path_that_exists_is_refused(tmp_path):
    assemble(experiment()).run(tmp_path / "run.zarr")
    refused(
        tmp_path / "run.zarr",
        f"{tmp_path}/run.zarr: exists already; choose another path, or replace it with "
        "--overwrite (overwrite=True)",
    )


def test_a_store_is_replaced_when_asked(tmp_path):
    assemble(experiment(), [Records("weights")]).run(tmp_path / "run.zarr")
    assemble(experiment()).run(tmp_path / "run.zarr", overwrite=True)
    assert len(open_run(tmp_path / "run.zarr").trajectory) == 0


@pytest.mark.parametrize("content", ["folder", "group", "file"])
def test_what_is_no_store_is_never_replaced(tmp_path, content):
    path = tmp_path / "precious"
    if content == "file":
        path.write_text("work of years")
    elif content == "group":
        zarr.create_group(path, attributes={"mine": True})
    else:
        path.mkdir()
        (path / "thesis.tex").write_text("work of years")
    before = sorted(tmp_path.rglob("*"))
    kind = "a file" if content == "file" else "a folder of something else"
    refused(
        path, f"{path}: is {kind}, not the store of a run, and is not overwritten", overwrite=True
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_path_under_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "run.zarr"
    refused(path, f"{path}: cannot be created: [Errno 20] Not a directory: '{path}'")


def test_two_recordings_into_one_group_are_refused():
    with pytest.raises(StoreError) as caught:
        assemble(experiment(), [Records("weights"), Records("decay")]).run()
    assert str(caught.value) == (
        "layer_0/trajectory is written by something else already; record into a group of another "
        "name"
    )


def test_an_array_that_is_not_there_cannot_be_recorded():
    with pytest.raises(ContractError) as caught:
        assemble(experiment(), [Records("slope")]).run()
    assert str(caught.value) == (
        "layer_0 has no array 'slope' (it has 'activity', 'current', 'decay', 'modulation', "
        "'update', 'weights', 'x')"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nothing", "there is nothing there"),
        ("file", "is not the store of a run"),
        ("folder", "there is nothing there"),
        ("group", "is not the store of a run"),
        ("array", "is not the store of a run"),
        ("other format", "the store of a run in format 99; this version reads format 2"),
    ],
)
def test_what_cannot_be_opened_as_a_run_is_told(tmp_path, content, message):
    path = tmp_path / "run.zarr"
    if content == "file":
        path.write_text("{}")
    elif content == "folder":
        path.mkdir()
    elif content == "group":
        zarr.create_group(path, attributes={"mine": True})
    elif content == "array":
        zarr.create_array(path, shape=(1,), dtype="f4")
    elif content == "other format":
        zarr.create_group(path, attributes={"plasticity_format": 99})
    with pytest.raises(StoreError) as caught:
        open_run(path)
    assert str(caught.value) == f"{path}: {message}"
