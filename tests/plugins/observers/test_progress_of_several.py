"""The progress of runs at the same time: a line each, with its name."""

import io
import re

import pytest
from rich.console import Console

from plasticity import assemble
from plasticity_plugins.observers.progress import Bar, Lines, Progress
from tests.support.toys import experiment, trained


def test_runs_at_the_same_time_have_their_bars_below_each_other():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    other = Console(file=io.StringIO(), force_terminal=True, width=100)
    bars = Bar(console, "one"), Bar(other, "two")
    for share in (0.5, 0.75):
        for bar in bars:
            bar.show(share, ["epoch 1/2"])
    for bar in bars:
        bar.end(1.0, ["finished"])
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", console.file.getvalue())
    last = [line for line in plain.replace("\r", "\n").splitlines() if line][-2:]
    assert [line.split()[0] for line in last] == ["one", "two"]
    assert all("100%" in line and "finished" in line for line in last)
    assert other.file.getvalue() == ""
    assert console.file.getvalue().endswith("\x1b[?25h")


def test_a_bar_that_cannot_be_drawn_leaves_the_next_one_a_display_of_its_own():
    class Closed(io.StringIO):
        def write(self, text):
            raise OSError("closed")

    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    bar = Bar(console, "one")
    console.file = Closed()
    with pytest.raises(OSError, match="closed"):
        bar.end(1.0, [])
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    Bar(console, "two").end(1.0, ["finished"])
    assert "two" in console.file.getvalue()


def test_lines_of_runs_at_the_same_time_begin_with_the_names_of_these():
    console = Console(file=io.StringIO(), width=100)
    one, two = Lines(console, "", "one"), Lines(console, "", "two")
    for lines in (one, two, one):
        lines.show(0.25, [])
    two.end(1.0, [])
    one.end(1.0, [])
    Lines(console, "", "three").end(1.0, [])
    assert console.file.getvalue().splitlines() == [
        "one: 25%",
        "two: 25%",
        "two: 100%",
        "one: 100%",
        "100%",
    ]


def test_the_name_of_a_run_is_that_of_its_store_or_of_its_rule(folder, monkeypatch):
    names = []
    monkeypatch.setattr(
        "plasticity_plugins.observers.progress.Lines",
        lambda console, title, name: names.append(name) or Lines(console, title, name),
    )
    trained(observers=[Progress()])
    assemble(experiment(observers=[Progress()], seed=5)).run(folder / "night.zarr")
    trained(observers=[Progress(title="toy")])
    assert names == ["toy_hebb, seed 3", "night.zarr, seed 5", "toy"]
