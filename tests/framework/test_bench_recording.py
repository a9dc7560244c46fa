"""What `plasticity bench --recording` measures, but for the time it takes."""

import json

import numpy as np
import pytest
import xarray as xr

from plasticity.bench import recording
from plasticity.bench.cases import all_cases
from plasticity.bench.recording import Kept, tell
from plasticity.bench.timing import Spread

CASES = all_cases().recording


def test_a_case_runs_with_what_is_kept_of_it_and_without():
    weights, checkpoint = CASES
    assert [observer.name for observer in weights.experiment(kept=True).observers] == [
        "recorder"
    ] * 2
    assert weights.experiment(kept=False).observers == ()
    assert checkpoint.experiment(kept=True).storage.checkpoint == 200
    assert checkpoint.experiment(kept=False).storage.checkpoint == "10 min"


@pytest.mark.parametrize(
    ("value", "least", "met"), [(1.0, False, True), (1.2, False, False), (1.2, True, True)]
)
def test_a_figure_is_below_its_bar_or_above(value, least, met):
    row = Kept(title="x", value=Spread.of([value]), bar=1.1, least=least)
    assert (row.met, row.to_dict()["met"]) == (met, met)


def found(capsys, name, **asked):
    tell(name, json.dumps(asked))
    return json.loads(capsys.readouterr().out)


def test_a_neuron_is_read_from_the_store_that_was_written(tmp_path, capsys):
    place = str(tmp_path / "frames")
    assert found(capsys, "write", folder=place, frames=300, values=20)["s"] > 0
    assert found(capsys, "read", folder=place)["files"] >= 3
    frames = [frame.copy() for frame in recording._frames(300, 20)]
    with xr.open_datatree(place, engine="zarr") as tree:
        assert np.array_equal(tree["frames/value"].values, frames)


def test_a_list_of_copies_holds_every_frame(tmp_path, capsys):
    told = found(capsys, "monitor", folder="", frames=300, values=20)
    assert told["megabytes"] == 300 * 20 * 4 / 1e6


def test_both_ways_to_write_weights_are_timed_and_leave_nothing(tmp_path, capsys):
    told = found(capsys, "weights", folder=str(tmp_path / "store"), files=1)
    assert sorted(told) == ["megabytes", "ours_s", "zarr_s"]
    assert list(tmp_path.iterdir()) == []
