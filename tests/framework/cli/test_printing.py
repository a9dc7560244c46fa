"""Whatever the output is, a command prints what it can and loses nothing that it computed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import plasticity as pl
from plasticity import hookimpl
from plasticity.cli import app
from plasticity.cli.tail import tail
from plasticity.machine.outlet import Outlet
from plasticity.store.run import open_run
from tests.support.console import SCRIPT, SMALL, start


def in_ascii(*arguments: str) -> str:
    """What a command prints where its output takes ASCII alone."""
    result = CliRunner(charset="ascii").invoke(app, list(arguments), prog_name="plasticity")
    if result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Stores of two runs, made by commands whose output takes ASCII alone."""
    folder = tmp_path_factory.mktemp("stores")
    one, other = str(folder / "one"), str(folder / "other")
    assert f"store: {one}" in in_ascii("run", "bcm", *SMALL, "--out", one)
    assert f"store: {one}" in in_ascii("resume", one, "--epochs", "2")
    assert f"store: {other}" in in_ascii("branch", one, "--set", "seed=2", "--out", other)
    return one, other


ALL = [
    ("tail", "{one}"),
    ("diff", "{one}", "{other}"),
    ("show", "{one}"),
    ("plot", "weights", "{one}", "-o", "{one}.png"),
    ("plugins",),
    ("events",),
    ("cite", "bcm"),
    ("bench", "--quick", "--only", "no case of that name"),
    ("--version",),
    ("--help",),
]


@pytest.mark.parametrize("arguments", ALL, ids=lambda arguments: arguments[0])
def test_every_command_works_in_ascii(arguments, kept):
    one, other = kept
    assert in_ascii(*(word.format(one=one, other=other) for word in arguments)).isascii()


def test_what_ascii_lacks_is_written_as_an_escape():
    assert "F\\xf6ldi\\xe1k" in in_ascii("plugins", "--role", "rule")


def test_a_comparison_in_ascii_prints_its_spread_and_writes_its_page(tmp_path):
    out = in_ascii("compare", "bcm", "krotov_hopfield", "--seeds=2", *SMALL, f"--out={tmp_path}")
    header, row, *_ = out.splitlines()
    assert len(row) == len(header)
    assert " +/- " in row
    assert "±" in (tmp_path / "page.html").read_text(encoding="utf-8")


class Gone:
    """A stream whose reader has gone away, or whose disk is full."""

    encoding = "utf-8"

    def __init__(self, number: int) -> None:
        self.error = OSError(number, os.strerror(number))

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError


@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO, errno.ENOSPC])
def test_a_stream_that_takes_nothing_is_given_up_and_never_raises(name, number, monkeypatch):
    outlet = Outlet(Gone(number))
    monkeypatch.setattr(sys, name, outlet)
    print("something", file=outlet, flush=True)
    print("something more", file=outlet, flush=True)
    assert outlet.lost.errno == number


def test_watching_a_run_ends_with_the_reader(tmp_path, monkeypatch):
    looks = []

    def look(place):
        looks.append(place)
        assert len(looks) < 5
        return open_run(place)

    class Watched:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == 2:
                monkeypatch.setattr("plasticity.store.run.open_run", look)
                monkeypatch.setattr(sys, "stdout", Outlet(Gone(errno.EPIPE)))
                tail(str(tmp_path / "o"), every=0.1)
                monkeypatch.undo()

    run = pl.run("bcm", neurons=5, epochs=1, out=tmp_path / "o", listeners=[Watched()])
    assert (run.outcome, len(looks)) == ("finished", 1)


def test_a_progress_bar_that_nobody_sees_ends_no_run(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Gone(errno.EPIPE))
    assert pl.run("bcm", neurons=5, epochs=1, observers=["progress"]).outcome == "finished"


def test_a_comparison_whose_reader_has_gone_away_writes_its_page(tmp_path):
    arguments = ("compare", "bcm", *SMALL, "--set", "metrics=[]", "--out", str(tmp_path / "o"))
    with start(*arguments) as process:
        process.stdout.close()
        process.stderr.close()
    assert process.returncode == 1
    assert (tmp_path / "o" / "page.html").exists()
    assert pl.open_run(tmp_path / "o" / "bcm" / "seed_0").outcome == "finished"


LOUD = """
from plasticity import component, hookimpl

@component
class Loud:
    @hookimpl
    def step_finished(self, clock):
        print(clock.step, flush=True)
"""


def test_a_listener_that_prints_to_a_reader_that_has_gone_away_ends_no_run(tmp_path):
    (tmp_path / "loud.py").write_text(LOUD)
    observers = '--set=observers=["loud:Loud"]'
    process = start(
        *("run", "bcm", *SMALL, observers, "--out", str(tmp_path / "o")),
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert process.stdout.readline() == "1\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert pl.open_run(tmp_path / "o").outcome == "finished"
    process.stderr.close()


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a device of Linux")
def test_a_full_disk_behind_the_output_is_told():
    with FULL.open("w") as full:
        done = subprocess.run([SCRIPT, "cite", "bcm"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == b"Error: standard output: No space left on device\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the streams")
def test_a_run_without_any_standard_stream_keeps_its_store(tmp_path):
    out = tmp_path / "o"
    words = [SCRIPT, "run", "bcm", *SMALL, "--out", str(out)]
    subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *words], check=True)
    assert pl.open_run(out).outcome == "finished"
    assert pl.open_run(out).metrics["overlap"].size == 1
