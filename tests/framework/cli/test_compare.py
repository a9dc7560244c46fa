"""`plasticity compare` runs experiments on the same data, prints a table and writes a page."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from plasticity import open_run
from plasticity.cli.compare import print_table
from plasticity.comparison.comparison import compare
from tests.support.console import SMALL, command, finish, start

IMAGES = np.random.default_rng(2).random((100, 3, 3))
SPEC = """
data = "digits"
metrics = ["selectivity"]
observers = ["stumbling:Stumbles"]

[[layers]]
neurons = 5
rule = "hebb"
activation = "relu"
optimizer = "sgd"
initializer = "normal"
"""
STUMBLING = """
from plasticity import component, hookimpl

@component
class Stumbles:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 3:
            raise ValueError("a stone in the way")
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def columns(line):
    """The cells of a line of the table, which two spaces or more keep apart."""
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_with_no_names_the_default_comparison_is_run(tmp_path):
    result = command("compare", *SMALL)
    head, bcm, krotov_hopfield, raw, path = result.out.splitlines()
    titles = columns(head)
    assert titles[:6] == [
        "run", "selectivity", "overlap", "memorization", "capacity", "weight change",
    ]  # fmt: skip
    assert {"unit convergence", "linear probe", "samples per second"} <= set(titles)
    by_title = [dict(zip(titles, columns(line), strict=True)) for line in (bcm, krotov_hopfield)]
    assert [row["run"] for row in by_title] == ["bcm", "krotov_hopfield"]
    # BCM has no norm to converge to, but what one preset measures of weights is told of both.
    assert all(0 <= float(row["unit convergence"]) <= 1 for row in by_title)
    inputs = dict(zip(titles, columns(raw), strict=True))
    assert (inputs.pop("run"), inputs.pop("linear probe")) == ("raw inputs", "96.4%")
    assert set(inputs.values()) == {"–"}
    assert (result.status, path) == (0, "comparison/page.html")
    assert (tmp_path / path).is_file()
    assert open_run(tmp_path / "comparison" / "bcm" / "seed_0").outcome == "finished"
    bars = dict.fromkeys(line.split(":")[0].strip() for line in result.err.splitlines())
    assert list(bars) == ["bcm", "krotov_hopfield"]


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "comparison").mkdir()
    result = command("compare", "bcm", "--quiet", *SMALL)
    assert (result.out.splitlines()[-1], result.err) == ("comparison-2/page.html", "")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("do not touch")
    result = command("compare", "bcm", "--out", "notes", "--quiet", *SMALL)
    assert (result.status, result.out) == (2, "")
    assert result.err == f"Error: {tmp_path / 'notes'}: exists already; choose another folder\n"


def test_the_same_again_skips_what_is_complete_and_another_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()  # an empty folder may be filled
    begun = command("compare", "bcm", "--out", "mine", "--quiet", *SMALL)
    assert begun.out.splitlines()[-1] == "mine/page.html"
    again = command("compare", "bcm", "--out", "mine", "--seeds", "2", *SMALL)
    told = again.err.splitlines()
    assert told[0] == "bcm, seed 0: complete already"
    assert told[-1].startswith("bcm 1: 100%, finished")
    assert " ± " in again.out.splitlines()[1]
    other = command("compare", "bcm", "--out", "mine", "--set", "epochs=1", "--set", "neurons=6")
    assert other.status == 2
    assert other.err == (
        f"Error: {tmp_path / 'mine'}: holds another comparison:\n"
        "  bcm: neurons: 5 before, 6 now\n"
        "choose another folder\n"
    )


def test_no_seed_is_refused(tmp_path):
    result = command("compare", "bcm", "--seeds", "0", *SMALL)
    assert (result.status, result.out) == (2, "")
    assert result.err == "Error: seeds: must be an integer from 1, got 0\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_preset_is_refused_with_the_nearest_name(tmp_path):
    result = command("compare", "bcm", "krotov_hopfeld")
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        "Error: unknown preset 'krotov_hopfeld'; did you mean 'krotov_hopfield'? "
        "(a path to a TOML file works as well)\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_one_experiment_lacks_is_refused_with_its_name(tmp_path):
    result = command("compare", "--set", "rule.power=3", *SMALL)
    assert (result.status, result.out) == (2, "")
    assert result.err == "Error: bcm: layers[0].rule 'bcm': no setting 'power' (it has none)\n"
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_the_place_of_the_data(tmp_path):
    np.save(tmp_path / "mine.npy", np.random.default_rng(3).random((120, 12)))
    result = command("compare", "--data", "mine.npy", "--quiet", *SMALL)
    head, *rows, path = result.out.splitlines()
    assert "linear probe" not in head
    assert [columns(row)[0] for row in rows] == ["bcm", "krotov_hopfield"]
    page = (tmp_path / path).read_text(encoding="utf-8")
    assert "No probe: the data have no labels. All samples were trained on." in page
    assert "plasticity compare bcm krotov_hopfield --data mine.npy --set neurons=5" in page


def test_when_a_run_fails_the_others_go_on_and_the_status_is_1(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(SPEC)
    (tmp_path / "stumbling.py").write_text(STUMBLING)
    monkeypatch.syspath_prepend(tmp_path)
    result = command("compare", "mine.toml", "bcm", "--quiet", *SMALL)
    _, mine, bcm, _, failure, path = result.out.splitlines()
    assert set(columns(mine)[1:]) == {"–"}
    assert columns(bcm)[1] != "–"
    assert failure == (
        "mine failed: 'stumbles' in event step_finished at step 3 (epoch 0) raised ValueError: a "
        "stone in the way; what was recorded until then is kept"
    )
    assert (result.status, path) == (1, "comparison/page.html")
    assert "<b>mine failed.</b>" in (tmp_path / path).read_text(encoding="utf-8")


def test_a_table_too_wide_is_narrowed_and_then_turned():
    compared = compare(["bcm", "krotov_hopfield"], neurons=5, epochs=1, observers=[], data=IMAGES)
    for width, first in ((220, "run selectivity"), (130, ""), (60, "run bcm krotov_hopfield")):
        file = io.StringIO()
        print_table(Console(file=file, width=width), compared)
        lines = file.getvalue().splitlines()
        assert " ".join(lines[0].split()).startswith(first)
        assert all(name in file.getvalue() for name in ("bcm", "krotov_hopfield"))
        assert "…" not in file.getvalue()
        assert max(map(len, lines)) <= width


def test_as_a_process_the_last_line_is_the_path(tmp_path):
    result = finish(start("compare", "bcm", *SMALL, cwd=tmp_path))
    assert (result.status, result.out.splitlines()[-1]) == (0, "comparison/page.html")


def test_a_notice_is_printed_once_with_the_name_of_its_run(caplog):
    still = (*SMALL, "--set", "optimizer.rate=1e-30")
    result = command("compare", "bcm", "--seeds", "2", *still, "--quiet")
    assert [line for line in result.out.splitlines() if "no weight has changed" in line] == [
        f"bcm, seed {seed}, layer_0: no weight has changed in 15 steps" for seed in (0, 1)
    ]
    assert [line for line in caplog.messages if "layer_0" in line] == []
