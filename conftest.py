"""All tests, the doctests of the packages included, keep their kernels in a folder of their own."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

_FOLDER = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give all tests one new folder for kernels, so that each is compiled once, and one thread."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the process that started this one has done it
    # Not a fixture, because doctests see no fixtures of `tests`.
    config.stash[_FOLDER] = tempfile.mkdtemp(prefix="plasticity-tests-")
    os.environ["PLASTICITY_CACHE"] = config.stash[_FOLDER]
    # Each process has a core to itself; products that ask for all cores would wait for each other.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder."""
    if _FOLDER in config.stash:
        shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)
