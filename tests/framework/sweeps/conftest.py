"""A small sweep that tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

import plasticity as pl


@pytest.fixture(scope="session")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished sweep over two memories, two rates and two seeds."""
    folder = tmp_path_factory.mktemp("swept") / "sweep"
    over = {"threshold.memory": [0.0, 0.9], "optimizer.rate": [0.01, 0.1]}
    settings = {"data": "digits", "data.limit": 200, "neurons": 6, "epochs": 2, "observers": []}
    pl.sweep("bcm", over, seeds=2, out=folder, **settings)
    return folder
