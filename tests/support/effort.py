"""How many cases a test tries: a part of them every day, all before a release."""

import os

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def cases(count: int) -> int:
    """Return how many of so many cases are tried: all with HYPOTHESIS_PROFILE=thorough."""
    return count if THOROUGH else -(-count // 4)
