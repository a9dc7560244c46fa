"""Every command and every code block of the README runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import plasticity as pl
from tests.support.console import command

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FRESH_MACHINE = "python3 -m venv .venv && "


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.strip()]


def test_every_block_has_a_language_that_is_tested():
    languages = set(re.findall(r"^```(\w*)$", README, re.MULTILINE)) - {""}
    assert languages == {"sh", "python", "toml"}


def test_the_python_blocks_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # A module of its own, so that a rule defined there can be found by name again.
    script = tmp_path / "readme.py"
    script.write_text("\n".join(blocks("python")))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "xarray.DataArray 'weights' (neuron: 50, input: 64)" in done.stdout


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_spec_runs(text):
    run = pl.run(pl.Experiment.from_toml(text), epochs=1, neurons=5)
    assert run.outcome == "finished"


def test_the_commands_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in commands():
        if not line.startswith(FRESH_MACHINE):
            program, *words = shlex.split(line)
            assert program == "plasticity"
            assert command(*words).status == 0, line


def test_the_two_commands_for_a_fresh_machine_are_those_that_ci_runs():
    fresh = [command for command in commands() if command.startswith(FRESH_MACHINE)]
    assert [command.rpartition("&& ")[2] for command in fresh] == [
        ".venv/bin/plasticity compare",
        ".venv/bin/pytest",
    ]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme_command pytest" in script
    assert "readme_command 'plasticity compare'" in script


def test_the_files_that_the_readme_links_to_exist():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
