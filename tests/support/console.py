"""Runs the command line and scripts: in this process, or as a process of its own."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from plasticity.cli import app

SCRIPT = str(Path(sys.executable).with_name("plasticity"))
SMALL = ("--set", "neurons=5", "--set", "epochs=1")


class Result(NamedTuple):
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


def command(*arguments: str) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(app, list(arguments), prog_name="plasticity")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def script(path: Path, *arguments: object, cwd: Path) -> Result:
    """Run a script in this process, as `python PATH` does in a folder; what it raises is raised."""
    out, err, before = io.StringIO(), io.StringIO(), set(sys.modules)
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", [str(path), *map(str, arguments)])
        patched.syspath_prepend(path.parent)
        patched.chdir(cwd)
        runpy.run_path(str(path), run_name="__main__")
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == path.parent:
            del sys.modules[name]
    return Result(0, out.getvalue(), err.getvalue())


def start(*arguments: str, **options) -> subprocess.Popen:
    """Start a command as a process of its own, its outputs through pipes."""
    return subprocess.Popen(
        [SCRIPT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


def finish(process: subprocess.Popen) -> Result:
    """Wait for a process to end."""
    out, err = process.communicate(timeout=60)
    return Result(process.returncode, out, err)
