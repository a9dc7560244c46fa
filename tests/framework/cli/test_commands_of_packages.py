"""Commands that installed packages put beside those of `plasticity`."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def plasticity(tmp_path):
    """Run a command line that sees two commands of a package, of which one cannot be loaded."""
    (tmp_path / "greeting.py").write_text("def greet(name: str) -> None:\n    print('hi', name)\n")
    metadata = tmp_path / "greeting-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[plasticity.commands]\ngreet = greeting:greet\ngone = greeting:gone\n"
    )

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "plasticity", *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            check=False,
        )

    return run


def test_a_command_of_a_package_stands_beside_the_others(plasticity):
    assert plasticity("greet", "you").stdout == "hi you\n"
    assert {"greet", "run", "bench"} <= set(plasticity("--help").stdout.split())


def test_a_command_that_cannot_be_loaded_is_left_out_and_said(plasticity):
    done = plasticity("greet", "you")
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: plasticity gone is left out: ")
    assert "of greeting 1.0" in done.stderr
