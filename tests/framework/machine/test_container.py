"""Installed read-only by one user, run by another without a home."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import plasticity
import plasticity_plugins
from plasticity.machine import cache_folder as folders

# Root without the right to write where nobody may; its Python may lie where no other user can go.
AS_OTHERS = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"]
RUN = """
import logging, os, sys
import numpy as np
import plasticity as pl
from numba.core import event

logging.basicConfig(format="%(message)s")
samples = np.random.default_rng(0).random((50, 6))
given = dict(neurons=4, epochs=1, seed=1, batch_size=10, observers=[])
with event.install_recorder("numba:compile") as recorder:
    found = [pl.run("krotov_hopfield", data=samples, fuse=how, **given) for how in sys.argv[1:]]
print(float(found[0].weights.sum()), len(recorder.buffer), os.listdir("."))
"""
UNUSABLE = "compiled functions cannot be kept in"


@pytest.fixture
def place():
    """A folder with a read-only copy of the packages, and a cache."""
    with tempfile.TemporaryDirectory(prefix="plasticity-container-") as name:
        made = Path(name)
        for package in (plasticity, plasticity_plugins):
            source = Path(package.__file__).parent
            hidden = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, made / "site" / source.name, ignore=hidden)
        for folder in ("cache", "work"):
            (made / folder).mkdir()
        set_writable(made / "site", False)
        yield made
        for folder in ("site", "cache"):
            set_writable(made / folder, True)


def set_writable(folder, writable):
    """Let the owner write to a folder and all below, or nobody."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222 | (0o200 if writable else 0))


def run_by_another(place, cache, *fuse):
    """What runs print, one a way to step, and what they say on stderr."""
    environment = {name: value for name, value in os.environ.items() if "CACHE" not in name}
    environment |= {"PYTHONPATH": str(place / "site"), "HOME": str(place / "site" / "nobody")}
    environment |= {"PLASTICITY_CACHE": str(cache)} if cache else {}
    root = os.getuid() == 0
    if root and not shutil.which("setpriv"):
        pytest.skip("root may write anywhere, and setpriv, which would prevent it, is missing")
    done = subprocess.run(
        [*(AS_OTHERS if root else []), sys.executable, "-c", RUN, *fuse],
        env=environment,
        cwd=place / "work",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(maxsplit=2), done.stderr.splitlines()


def test_a_user_without_a_home_runs_what_root_has_installed(place):
    (weights, compiled, beside), told = run_by_another(place, place / "cache", "never", "always")
    assert (int(compiled) > 0, beside.strip(), told) == (True, "[]", [])
    kept = {path.name.partition("-")[0] for path in (place / "cache" / "kernels").glob("*.nbi")}
    assert "krotov_hopfield.add_ranked" in kept
    assert list((place / "site").rglob("*.nbi")) == []

    set_writable(place / "cache", False)
    assert run_by_another(place, place / "cache", "never", "always") == ([weights, "0", beside], [])


@pytest.mark.parametrize("cache", ["", "/dev/null/kernels", "read-only"])
def test_a_cache_that_cannot_be_used_is_told_once(place, cache):
    if cache == "read-only":
        set_writable(place / "cache", False)
        cache = place / "cache"
    (_, compiled, beside), told = run_by_another(place, cache, "never")
    assert int(compiled) > 0
    assert beside.strip() == "[]"
    assert [line.startswith(UNUSABLE) for line in told] == [True]
    assert told[0].endswith("set PLASTICITY_CACHE to a folder that can be written")


@pytest.mark.parametrize("given", [None, "~/kernels"])
def test_a_user_that_the_machine_does_not_know_gets_no_folder_named_after_a_tilde(
    given, monkeypatch
):
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("PLASTICITY_CACHE")
    if given:
        monkeypatch.setenv("PLASTICITY_CACHE", given)
    folders._absolute.cache_clear()
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    assert folders.cache_folder() == Path(os.devnull) / "plasticity"
    folders._absolute.cache_clear()


def test_a_cache_by_a_relative_path_stays_where_it_is(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLASTICITY_CACHE", "near")
    folders._absolute.cache_clear()
    assert folders.cache_folder() == tmp_path / "near"
    monkeypatch.chdir("/")
    assert folders.cache_folder() == tmp_path / "near"
    folders._absolute.cache_clear()
