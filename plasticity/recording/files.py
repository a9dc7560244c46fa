"""Files that a power cut cannot halve: replaced whole, and settled on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PARTIAL = ".partial"


def replace_file(path: Path, content: bytes | bytearray | memoryview[int], safe: bool) -> bool:
    """Write a file, or put another in its place, at once; whether there was one.

    safe   whether what was there shall survive a power cut until the new content is on the disk

    A new file may be lost by a power cut until it is settled.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replaces = path.exists()
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("wb") as file:
            file.write(content)
            if safe and replaces:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return replaces


def settle(root: Path, new: Iterable[Path], replaced: Iterable[Path]) -> None:
    """Wait until files below a folder, and their names, would survive a power cut."""
    files = {path for path in new if path.exists()}
    folders = {folder for path in files for folder in path.parents if folder.is_relative_to(root)}
    folders |= {path.parent for path in replaced if path.parent.exists()}
    for path in (*files, *folders):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def delete_partial(root: Path) -> None:
    """Delete the files that were never finished."""
    for path in root.rglob(f"*{PARTIAL}"):
        path.unlink(missing_ok=True)
