"""The folder in which kernels and downloads stay from one process to the next."""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_NOWHERE = Path(os.devnull) / "plasticity"  # nobody can write there, and nothing lies there


def cache_folder() -> Path:
    """Return the folder of kernels and downloads: PLASTICITY_CACHE, or the user's cache folder.

    A source keeps what it downloads in the sub-folder of its name. A user without a home has a
    folder in which nothing can be written, unless PLASTICITY_CACHE names another.
    """
    given = os.environ.get("PLASTICITY_CACHE")
    if given:
        return _absolute(given)
    import platformdirs

    with suppress(RuntimeError):  # newer versions raise it, older ones keep the "~"
        folder = platformdirs.user_cache_path("plasticity")
        return folder if folder.is_absolute() else _NOWHERE
    return _NOWHERE


@lru_cache
def _absolute(given: str) -> Path:
    try:
        return Path(given).expanduser().absolute()
    except RuntimeError:  # a "~" of a user without a home
        return _NOWHERE
