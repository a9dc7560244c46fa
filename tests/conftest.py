"""Fixtures that several test files use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import settings

from tests.support.effort import cases

# How long an example takes says nothing: a busy machine takes ten times as long.
settings.register_profile("tests", deadline=None, max_examples=cases(100))
settings.load_profile("tests")

_FILE_OF = {"mnist": "train-images-idx3-ubyte*", "cifar10": "data_batch_1.bin"}


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Finds the real files of a data set under PLASTICITY_DATA; skips the test without them."""
    # Read once, because tests that make files of their own unset it.
    root = os.environ.get("PLASTICITY_DATA")

    def find(data_set: str) -> Path:
        if not root:
            pytest.skip(f"PLASTICITY_DATA is not set, so the real {data_set} is not tested")
        name = _FILE_OF[data_set]
        patterns = (name, f"*/{name}", f"*/*/{name}")
        found = [path for pattern in patterns for path in Path(root).glob(pattern)]
        if not found:
            pytest.skip(f"PLASTICITY_DATA ({root}) does not hold {data_set}")
        return found[0].parent

    return find


@pytest.fixture(scope="session")
def new_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders in memory where the system can: each commit of a store waits for the disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as root:
        yield lambda: Path(mkdtemp(dir=root))


@pytest.fixture
def folder(new_folder: Callable[[], Path]) -> Path:
    """An empty folder in memory where the system can."""
    return new_folder()


@pytest.fixture(scope="session")
def small_comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a comparison of both presets, two seeds of each, with its page."""
    from plasticity.comparison.comparison import compare

    folder = tmp_path_factory.mktemp("small") / "comparison"
    settings = {"neurons": 6, "epochs": 2, "observers": []}
    compare(["bcm", "krotov_hopfield"], seeds=2, out=folder, **settings).write(folder)
    return folder


@pytest.fixture
def all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets scikit-learn check the arrays of other libraries too, which it leaves out without it."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
