"""What a sweep computes when it goes on, and what is refused before anything runs."""

from __future__ import annotations

import json

import numpy as np
import pytest

import plasticity as pl
from plasticity.errors import EntryError, PlasticityError, SpecError, StoreError
from plasticity.sweeps.axes import grid
from plasticity.sweeps.design import Design
from tests.support.console import command

SMALL = {"data": "digits", "data.limit": 200, "neurons": 3, "epochs": 1, "observers": []}
WORDS = ("--data", "digits", "--set", "data.limit=200", "--set", "neurons=3", "--set", "epochs=1")
MEMORY = {"threshold.memory": [0.0, 0.9]}


def ids(swept):
    return {cell.path: run.store.attributes["id"] for cell, run in swept.runs()}


@pytest.fixture
def folder(tmp_path):
    """A complete sweep of two cells."""
    pl.sweep("bcm", MEMORY, out=tmp_path / "sweep", **SMALL)
    return tmp_path / "sweep"


@pytest.mark.parametrize(
    ("over", "options", "sizes"),
    [
        (MEMORY, {"seeds": 2}, (2, 2)),
        ({"threshold.memory": [0.5]}, {}, (3, 1)),
        ({"optimizer.rate": [0.002, 0.1]}, {}, (2, 2, 1)),  # 0.002 is that of the preset
        ({}, {}, (2, 1)),
    ],
)
def test_more_values_axes_or_seeds_compute_only_what_is_missing(over, options, sizes, folder):
    before = ids(pl.open_sweep(folder))
    told = []

    class Told:
        def begun(self, design, states, seconds):
            told.append(dict(states))

        def ended(self, title, report):
            told.append(title)

        def say(self, line):
            raise AssertionError(line)

    more = pl.sweep("bcm", over, out=folder, telling=Told(), **SMALL, **options)
    assert more.design.sizes == sizes
    assert before.items() <= ids(more).items()
    new = int(np.prod(sizes)) - 2
    assert told[0] == {"complete": 2, "to do": new} if new else {"complete": 2}
    assert len(told) == 1 + new
    assert len(list(folder.glob("runs/*/zarr.json"))) == 2 + new


def test_a_cell_that_was_stopped_by_hand_is_resumed_by_itself_or_by_the_sweep(tmp_path):
    whole = pl.sweep("bcm", MEMORY, out=tmp_path / "whole", **{**SMALL, "epochs": 2})
    begun = pl.sweep("bcm", MEMORY, out=tmp_path / "begun", **{**SMALL, "epochs": 2})
    for cell in begun.cells:
        path = tmp_path / "begun" / "runs" / f"{cell.path.rpartition('/')[2]}"
        metadata = json.loads((path / "zarr.json").read_text())
        metadata["attributes"]["outcome"] = "interrupted"
        (path / "zarr.json").write_text(json.dumps(metadata))
    opened = pl.open_sweep(tmp_path / "begun")
    assert opened.standing() == "2 to resume"
    assert command("resume", opened.cells[0].path).status == 0
    again = pl.sweep(tmp_path / "begun")
    assert again.standing() == "2 complete"
    for cell, other in zip(again.cells, whole.cells, strict=True):
        assert np.array_equal(again.run_of(cell).weights, whole.run_of(other).weights)


def test_a_design_is_read_as_it_was_written(tmp_path):
    base = pl.Experiment.load("bcm").with_(**SMALL)
    over = {
        ("threshold.memory", "neurons"): [(0.0, 3), (0.9, 4)],
        "optimizer": [{"name": "sgd", "rate": 0.1}, "adam"],
    }
    design = Design(base, grid(over), 2).checked()
    design.write(str(tmp_path))
    read = Design.read(str(tmp_path))
    assert [cell.title for cell in read.cells("x")] == [cell.title for cell in design.cells("x")]
    assert [cell.path for cell in read.cells("x")] == [cell.path for cell in design.cells("x")]
    assert [cell.spec for cell in read.cells("x")] == [cell.spec for cell in design.cells("x")]


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--over", "treshold.memory=0,1"),
         "treshold.memory = 0: no setting 'treshold.memory'; did you mean 'threshold'?"),
        (("--over", "threshold.memry=0,1"),
         "threshold.memry = 0: layers[0].threshold 'moving_average': no setting 'memry'; did you "
         "mean 'memory'?"),
        (("--over", "threshold.memory=0,1.5"),
         "threshold.memory = 1.5: layers[0].threshold 'moving_average': memory must lie in [0, 1), "
         "got 1.5: a memory of 1 never forgets the first threshold"),
        (("--over", "threshold.memory=0:1"),
         "threshold.memory: the range 0:1 has no number of values: write 0:1:5, or draw samples "
         "of it (draw, --draw), or search it (search, --search)"),
        (("--seeds", "0"), "seeds: must be an integer from 1, got 0"),
        (("--draw", "0", "--over", "threshold.memory=0:1"),
         "draw: must be an integer from 1, got 0"),
        (("--draw", "5"),
         "over: there is no space to draw from; give ranges, as rate=log:1e-4:1e-2"),
        (("--over", "seed=1,2"),
         "seed: is no axis of its own: seeds=5 (--seeds 5) runs five of each, from the seed of the "
         "experiment upwards"),
        (("--with", "optimizer.rate=1,2"),
         "--with moves a setting together with an axis; give --over as well"),
        (("--over", "threshold.memory=0,0.5", "--with", "optimizer.rate=1,2,3"),
         "axes that move together have as many values each, got threshold.memory 2, "
         "optimizer.rate 3"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_nothing_is_run_or_written(words, message, tmp_path):
    out = tmp_path / "sweep"
    done = command("sweep", "bcm", *WORDS, *words, "--out", str(out))
    assert (done.status, done.out, done.err) == (2, "", f"Error: {message}\n")
    assert not out.exists()


def test_a_million_cells_are_asked_about_with_their_time_and_size(tmp_path):
    axes = (
        "threshold.memory=0:0.9:100",
        "optimizer.rate=0.001:0.1:100",
        "rule.coefficient=1:2:100",
    )
    over = [word for axis in axes for word in ("--over", axis)]
    done = command("sweep", "bcm", *WORDS, *over, "--out", str(tmp_path / "sweep"))
    assert done.status == 2
    assert done.err.startswith("Error: 1,000,000 runs would take about ")
    assert done.err.endswith(" GB; say --yes (many=True) if that is meant\n")
    assert not (tmp_path / "sweep").exists()


def test_a_folder_of_another_sweep_is_left_alone(folder):
    before = (folder / "sweep.json").read_text()
    with pytest.raises(StoreError) as caught:
        pl.sweep("bcm", MEMORY, out=folder, **{**SMALL, "neurons": 5})
    assert str(caught.value) == (
        f"{folder}: holds another sweep:\n  neurons: 3 before, 5 now\nchoose another folder"
    )
    with pytest.raises(StoreError, match=r"its axis threshold\.memory sets threshold\.memory, not"):
        pl.sweep("bcm", {("threshold.memory", "optimizer.rate"): [(0, 0.1)]}, out=folder, **SMALL)
    assert (folder / "sweep.json").read_text() == before


@pytest.mark.parametrize("kind", ["file", "folder", "store"])
def test_what_is_no_sweep_is_not_written_into(kind, tmp_path):
    out = tmp_path / "there"
    if kind == "file":
        out.write_text("mine")
    elif kind == "folder":
        out.mkdir()
        (out / "mine").touch()
    else:
        pl.run("bcm", out=out, **SMALL)
    before = sorted(out.rglob("*"))
    with pytest.raises(StoreError) as caught:
        pl.sweep("bcm", MEMORY, out=out, **SMALL)
    assert str(caught.value) == f"{out}: exists already and holds no sweep; choose another folder"
    assert sorted(out.rglob("*")) == before


def test_what_is_no_sweep_cannot_go_on(tmp_path, folder):
    with pytest.raises(StoreError, match=r"there is no sweep, which has a file sweep\.json"):
        pl.sweep(tmp_path)
    with pytest.raises(StoreError, match=r"there is no sweep, which has a file sweep\.json"):
        pl.open_sweep(tmp_path)
    assert command("sweep", str(tmp_path)).err == (
        f"Error: {tmp_path}: there is no sweep, which has a file sweep.json\n"
    )
    with pytest.raises(SpecError, match="an axis needs the experiment that it belongs to"):
        pl.sweep(folder, MEMORY)
    with pytest.raises(StoreError, match="new: there is no sweep to go on with; give an experim"):
        pl.sweep(out=tmp_path / "new")


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2}', "{}"])
def test_a_damaged_file_is_named(content, folder):
    (folder / "sweep.json").write_text(content)
    with pytest.raises(PlasticityError, match=r"sweep\.json: "):
        pl.open_sweep(folder)


def test_a_number_that_is_none_is_refused():
    for wrong in (0, -1, True, 1.5, "3"):
        with pytest.raises(EntryError, match="seeds: must be an integer from 1, got"):
            pl.sweep("bcm", MEMORY, seeds=wrong, **SMALL)
