"""What only a process of its own shows: signals, closed pipes, terminals, what is imported."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

import plasticity as pl
from tests.support.console import SCRIPT, finish, start

ENDLESS = (
    *("run", "bcm", "--set=neurons=5", "--set=epochs=1000000", "--set=metrics=[]"),
    '--set=fuse="never"',  # nothing to compile
)
READY = """
from plasticity import component, hookimpl

@component
class Ready:
    @hookimpl
    def step_finished(self, clock):
        if clock.step == 20:
            print("ready", flush=True)
"""


@pytest.fixture
def in_the_middle_of_a_run(tmp_path):
    """Starts a run that would take hours and gives its process when it has done 20 steps."""
    (tmp_path / "ready.py").write_text(READY)
    started = []

    def begin(*arguments: str) -> subprocess.Popen:
        process = start(
            *ENDLESS,
            '--set=observers=[{name="recorder", variables=["threshold"], every=1}, "ready:Ready"]',
            "--quiet",
            *arguments,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n", finish(process).err
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGUSR1, 138)],
    ids=["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"],
)
def test_a_signal_ends_the_run_cleanly_and_what_was_recorded_is_readable(
    tmp_path, in_the_middle_of_a_run, number, status
):
    out = tmp_path / "o"
    process = in_the_middle_of_a_run("--out", str(out))
    process.send_signal(number)
    result = finish(process)
    assert (result.status, result.out) == (status, "")

    run = pl.open_run(out)
    steps = run.trajectory["step"].values
    assert run.outcome == "interrupted"
    assert len(steps) >= 20
    assert steps.tolist() == list(range(steps[0], steps[-1] + 1))
    assert run.trajectory["threshold"].shape == (len(steps), 5)
    assert run.weights.shape == (5, 64)
    epoch = steps[-1] // 15
    assert result.err == (
        f"Interrupted at step {steps[-1]} (epoch {epoch}); everything recorded so far is in "
        f"{out}.\nContinue with: plasticity resume {out}\n"
    )


def test_a_run_without_a_store_says_that_nothing_is_kept(in_the_middle_of_a_run):
    process = in_the_middle_of_a_run()
    process.send_signal(signal.SIGINT)
    result = finish(process)
    assert result.status == 130
    assert result.err.endswith("; nothing is saved without --out.\n")


def test_a_terminal_that_is_closed_ends_the_run_as_any_signal_does(tmp_path):
    terminal, inner = os.openpty()
    code = (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [SCRIPT, *ENDLESS, "--out", str(tmp_path / "o")]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, command)],
        **dict.fromkeys(("stdin", "stdout", "stderr"), inner),
        start_new_session=True,
    )
    os.close(inner)
    seen = b""
    while b"steps/s" not in seen:  # the bar, which cannot be drawn afterwards
        seen += os.read(terminal, 4096)
    os.close(terminal)
    assert process.wait(30) == 129
    run = pl.open_run(tmp_path / "o")
    assert run.outcome == "interrupted"
    assert run.store.checkpoints == [run.store.attributes["reached"]]


@pytest.mark.parametrize("arguments", [("plugins",), ("events",), ("show", "bcm"), ("cite", "bcm")])
def test_a_reader_that_goes_away_causes_no_traceback(arguments):
    with start(*arguments) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


HEAVY = {"numba", "zarr", "xarray", "matplotlib", "sklearn", "scipy", "jinja2", "pooch"}
LIGHT = {
    "import plasticity": "import plasticity",
    "plasticity --help": "from plasticity.cli import app; app(['--help'], standalone_mode=False)",
    "plasticity run --help": (
        "from plasticity.cli import app; app(['run', '--help'], standalone_mode=False)"
    ),
}


@pytest.mark.parametrize("code", LIGHT.values(), ids=LIGHT)
def test_nothing_heavy_is_imported_before_it_is_used(code):
    told = f"{code}\nimport sys; print(*{HEAVY} & set(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert finish(start("--version")) == (0, f"plasticity {version('plasticity-lab')}\n", "")


def test_the_package_run_as_a_module_is_the_command_line():
    words = [sys.executable, "-m", "plasticity", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == finish(start("--help")).out


def test_the_help_names_all_commands_and_cuts_none_of_their_descriptions():
    result = finish(start("--help"))
    listed = result.out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == [
        "run",
        "resume",
        "branch",
        "tail",
        "compare",
        "sweep",
        "gather",
        "diff",
        "plot",
        "plugins",
        "events",
        "show",
        "cite",
        "fetch",
        "bench",
    ]
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


# -- terminals ---------------------------------------------------------------------------------

pty = pytest.importorskip("pty", reason="pseudo-terminals are a matter of Unix")


def in_a_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a command shows in a terminal of so many columns."""
    own, other = pty.openpty()
    process = subprocess.Popen(
        [SCRIPT, *arguments],
        stdin=other,
        stdout=other,
        stderr=other,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm", **environment},
    )
    os.close(other)
    shown = b""
    while True:
        try:
            some = os.read(own, 65536)
        except OSError:  # Linux says so that the other end is closed
            break
        if not some:
            break
        shown += some
    os.close(own)
    assert process.wait(timeout=60) == 0
    return shown.decode().replace("\r\n", "\n")


LISTINGS = [("plugins",), ("events",), ("show", "bcm")]


@pytest.fixture(scope="module", params=LISTINGS, ids=" ".join)
def listing(request):
    """A command that lists something, and what a pipe gets from it."""
    return request.param, finish(start(*request.param)).out


def test_a_narrow_terminal_shows_every_word_that_a_pipe_gets(listing):
    arguments, piped = listing
    narrow = re.sub("\x1b\\[[0-9;]*m", "", in_a_terminal(40, *arguments))
    assert max(map(len, narrow.splitlines())) <= 40
    assert "".join(narrow.split()) == "".join(piped.split())


def test_a_pipe_gets_no_codes_and_no_space_at_the_end_of_a_line(listing):
    _, piped = listing
    assert "\x1b" not in piped
    assert all(line == line.rstrip() for line in piped.splitlines())


def test_a_terminal_gets_headings_in_bold_and_a_dumb_one_gets_plain_text():
    assert "\x1b[1m" in in_a_terminal(80, "events")
    assert "\x1b" not in in_a_terminal(80, "events", TERM="dumb")
