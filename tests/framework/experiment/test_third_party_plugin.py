"""A package of a stranger is installed and used by name, with nothing but its entry points."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plasticity import open_run
from plasticity.errors import UnknownNameError
from plasticity.experiment.fields import Reference
from plasticity.experiment.instantiate import make

PACKAGE = Path(__file__).parents[3] / "examples" / "third_party_plugin"
PLASTICITY = ("-c", "from plasticity.cli import main; main()")


def python(*arguments, packages, cwd):
    """Run this Python with a folder of packages before the installed ones."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(packages)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the package, beside a folder `installed` into which pip put it."""
    copy = tmp_path_factory.mktemp("stranger") / "third_party_plugin"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--no-build-isolation", "--no-deps", "--no-index", "--no-warn-script-location")
    installed = copy.parent / "installed"
    python(
        *("-m", "pip", "install", *options, "--target", str(installed), str(copy)),
        packages=installed,
        cwd=copy.parent,
    )
    return copy


def in_package(package, *arguments):
    return python(*arguments, packages=package.parent / "installed", cwd=package)


def test_it_runs_by_name_from_a_spec(package):
    printed = in_package(package, *PLASTICITY, "run", "experiment.toml", "--out", "run")
    lines = [line for line in printed.splitlines() if "weight norms" in line]
    assert [line.partition(":")[0] for line in lines] == [
        "layer_0, step 72 (epoch 1)",
        "layer_0, step 144 (epoch 2)",
    ]
    run = open_run(package / "run")
    assert run.outcome == "finished"
    assert run.experiment.layers[0].rule[0].rule == Reference("leaky_hebb")
    assert run.weights.shape == (10, 64)
    assert np.isfinite(run.weights.values).all()


def test_it_is_listed_with_its_distribution(package):
    listed = in_package(package, *PLASTICITY, "plugins")
    lines = [line.split() for line in listed.splitlines()]
    assert any("leaky_hebb" in words and "plasticity-leaky-hebb" in words for words in lines)


def test_its_source_is_cited(package):
    assert "@article{gerstner2002," in in_package(package, *PLASTICITY, "cite", "experiment.toml")


def test_its_own_tests_pass(package):
    assert " passed" in in_package(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")


def test_without_it_the_name_is_unknown():
    with pytest.raises(
        UnknownNameError, match=r"^layers\[0\]\.rule: unknown component 'leaky_hebb'"
    ):
        make(Reference("leaky_hebb"), "layers[0].rule", "rule")
