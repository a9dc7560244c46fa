"""Fixtures that several test files use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

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
