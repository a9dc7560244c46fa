"""Files that a power cut cannot halve: replaced whole, and settled on the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

PARTIAL = ".partial"
_LARGE = 1_000_000  # bytes
_PAGE = 4096


def make_folder(path: Path) -> None:
    """Make a folder and those above it, so that their names survive a power cut."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in (path, *missing):
        with suppress(PermissionError):  # of a folder in which one may write, but not look
            _settle(folder.parent)


def replace_file(path: Path, content: Any, safe: bool, whole: bool = False) -> bool:
    """Write a file whole, in place of the one that may be there, and return whether one was.

    safe   whether what was there shall survive a power cut until the new content is on the disk
    whole  whether a new file, too, shall have its name only with all of its content

    Any other new file may be lost, or hold anything, after a power cut until it is settled.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replaces = path.exists()
    partial = path.with_name(path.name + PARTIAL)
    try:
        if not _write_past_cache(partial, memoryview(content)):
            partial.write_bytes(content)
        if whole or (safe and replaces):
            _settle(partial)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return replaces


def write_for_good(path: Path, content: bytes) -> None:
    """Write a file, or replace it, so that it survives a power cut whole."""
    replace_file(path, content, safe=True, whole=True)
    _settle(path.parent)


def settle(root: Path, written: Mapping[str, bool]) -> None:
    """Wait until files, and their names, would survive; one that replaced another has settled."""
    paths = {root / name: replaced for name, replaced in written.items()}
    files = {path for path, replaced in paths.items() if not replaced and path.exists()}
    folders = {folder for path in files for folder in path.parents if folder.is_relative_to(root)}
    folders |= {path.parent for path, replaced in paths.items() if replaced}
    for path in (*files, *(folder for folder in folders if folder.exists())):
        _settle(path)


def _settle(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync a folder, as those of shared folders of a virtual machine.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def _write_past_cache(path: Path, content: memoryview[int]) -> bool:
    """Write a large file right to the disk and return True; False where the system cannot.

    The next commit waits for the disk anyway, and a copy into the cache of the system costs ten
    times as much of a core, or fifty where it takes fresh memory.
    """
    whole = content.nbytes // _PAGE * _PAGE
    if content.nbytes < _LARGE or not hasattr(os, "O_DIRECT"):
        return False
    import fcntl

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_DIRECT, 0o666)
        try:
            for part in content[:whole], content[whole:]:
                while part.nbytes:
                    part = part[os.write(descriptor, part) :]
                fcntl.fcntl(descriptor, fcntl.F_SETFL, 0)  # what is left is no whole page
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return False
    return True
