"""Where kernels and downloads are kept from one start to the next."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder of kernels and downloads: PLASTICITY_CACHE, or else the user's cache folder.

    A source keeps what it downloads in the sub-folder of its name.
    """
    given = os.environ.get("PLASTICITY_CACHE")
    if given:
        return Path(given).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("plasticity")
