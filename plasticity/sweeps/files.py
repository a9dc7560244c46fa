"""Small files of a sweep beside its stores, in a folder or at a URL, each written at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plasticity.errors import StoreError


def below(folder: str, *names: str) -> str:
    """Return the path or URL of something in a folder."""
    return "/".join([folder.rstrip("/"), *names])


def read_json(path: str) -> Any:
    """Return what a file in JSON holds; None where there is none.

    Raises `StoreError` where it cannot be read.
    """
    try:
        if "://" not in path:
            return json.loads(Path(path).read_bytes())
        import fsspec

        with fsspec.open(path, "rb", use_listings_cache=False) as file:
            return json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, ImportError) as error:
        raise StoreError(f"{path}: cannot be read: {error}") from error


def write_json(path: str, content: Any) -> None:
    """Write a file in JSON, or replace it; a power cut leaves it whole, or as it was."""
    from plasticity.store.commit.files import make_folder, write_for_good

    encoded = json.dumps(content, indent=1).encode()
    try:
        if "://" not in path:
            make_folder(Path(path).parent)
            write_for_good(Path(path), encoded)
            return
        import fsspec

        with fsspec.open(path, "wb") as file:
            file.write(encoded)
    except (OSError, ImportError) as error:
        raise StoreError(f"{path}: cannot be written: {error}") from error
