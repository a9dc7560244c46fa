"""Named streams of random numbers, all from one seed."""

import hashlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of this name: the same seed and name give the same numbers, always.

    Streams of different names are independent, so that a listener which draws numbers changes
    nothing for the components beside it.
    """
    digest = hashlib.sha256(name.encode()).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=words))
