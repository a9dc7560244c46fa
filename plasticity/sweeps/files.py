"""Small files of a sweep beside its stores, in a folder or at a URL, each written at once."""

import json
from pathlib import Path
from typing import Any

from plasticity.errors import StoreError


def below(folder: str, *names: str) -> str:
    """Return the path or URL of something in a folder."""
    return "/".join([folder.rstrip("/"), *names])


def check_free(folder: str, holds: str = "") -> None:
    """Raise `StoreError`, which says what a folder `holds`, where there is anything in it."""
    from plasticity.store.commit.files import PARTIAL

    path = Path(folder)
    if "://" in folder or not path.exists():
        return
    if not path.is_dir() or any(inner.suffix != PARTIAL for inner in path.iterdir()):
        raise StoreError(f"{folder}: exists already{holds}; choose another folder")


def read_json(path: str, version: int | None = None) -> Any:
    """Return what a file in JSON holds; None where there is none.

    Raises `StoreError` where it cannot be read, or its format is not that of a `version`.
    """
    try:
        if "://" not in path:
            content = json.loads(Path(path).read_bytes())
        else:
            import fsspec

            with fsspec.open(path, "rb", use_listings_cache=False) as file:
                content = json.load(file)
        if version is not None and content["format"] != version:
            raise StoreError(
                f"{path}: of format {content['format']!r}; this version reads {version}"
            )
        return content
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
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
