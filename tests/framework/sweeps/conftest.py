"""A small sweep that tests look at, and the folder of those that they disturb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import plasticity as pl
from tests.support.sweeping import parts_in


@pytest.fixture(scope="session")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished sweep over two memories, two rates and two seeds."""
    folder = tmp_path_factory.mktemp("swept") / "sweep"
    over = {"threshold.memory": [0.0, 0.9], "optimizer.rate": [0.01, 0.1]}
    settings = {"data": "digits", "data.limit": 200, "neurons": 6, "epochs": 2, "observers": []}
    pl.sweep("bcm", over, seeds=2, out=folder, **settings)
    return folder


@pytest.fixture(scope="module")
def room(new_folder: Callable[[], Path]) -> Path:
    """The folder of samples and components, and of the sweep that met with no fault."""
    return new_folder()


@pytest.fixture(scope="module")
def parts(room: Path) -> Iterator[str]:
    """The module of the components, for this process and those that it starts."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(room)
        patched.setenv("PYTHONPATH", str(room))
        yield parts_in(room)
