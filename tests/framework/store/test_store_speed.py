"""What the benchmark of the store measures, but for the time it takes."""

import json

import numpy as np
import xarray as xr

from tests.support.store_speed import frames_of, tell


def found(capsys, name, **asked):
    tell(name, json.dumps(asked))
    return json.loads(capsys.readouterr().out)


def test_a_neuron_is_read_from_the_store_that_was_written(tmp_path, capsys):
    place = str(tmp_path / "frames")
    assert found(capsys, "write", folder=place, frames=300, values=20)["s"] > 0
    assert found(capsys, "read", folder=place)["files"] >= 3
    frames = [frame.copy() for frame in frames_of(300, 20)]
    with xr.open_datatree(place, engine="zarr") as tree:
        assert np.array_equal(tree["frames/value"].values, frames)


def test_a_list_of_copies_holds_every_frame(tmp_path, capsys):
    told = found(capsys, "monitor", folder="", frames=300, values=20)
    assert told["megabytes"] == 300 * 20 * 4 / 1e6


def test_both_ways_to_write_weights_are_timed_and_leave_nothing(tmp_path, capsys):
    told = found(capsys, "weights", folder=str(tmp_path / "store"), files=1)
    assert sorted(told) == ["megabytes", "ours_s", "zarr_s"]
    assert list(tmp_path.iterdir()) == []
