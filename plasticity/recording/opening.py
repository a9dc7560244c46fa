"""Opening a place: whether there is the store of a run, whose it is, how it is compressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError
from plasticity.recording.lock import Lock
from plasticity.recording.provenance import check_format
from plasticity.recording.target import Target

if TYPE_CHECKING:
    from plasticity.recording.staged import StagedStore


def make_room(target: Target, overwrite: bool) -> None:
    """Delete the store that is to be replaced."""
    if not overwrite:
        raise StoreError(
            f"{target}: exists already; choose another path, or replace it with "
            "--overwrite (overwrite=True)"
        )
    folder = target.folder
    try:
        loaded(target, target.reading)
        ours = True
    except StoreError:
        ours = False
    if not ours or (folder is not None and not folder.is_dir()) or target.is_link():
        kind = "a folder of something else" if folder and folder.is_dir() else "a file"
        raise StoreError(f"{target}: is {kind}, not the store of a run, and is not overwritten")
    lock = locked(target)
    try:
        target.clear()
    except OSError as error:
        raise StoreError(f"{target}: cannot be replaced: {error}") from error
    finally:
        if lock is not None:
            lock.release()


def loaded(target: Target, opening: Callable[[], Any]) -> StagedStore:
    """The store at a place with the metadata of its last commit."""
    from plasticity.recording.staged import StagedStore

    if not target.exists():
        raise StoreError(f"{target}: there is nothing there")
    try:
        staged = StagedStore(opening())
        found = staged.load()
    except (OSError, ValueError) as error:
        raise StoreError(f"{target}: cannot be read: {error}") from error
    check_format(staged.nodes.get("") if found else None, target)
    return staged


def locked(target: Target) -> Lock | None:
    """The lock of a folder, held by this process; None for a place that is no folder."""
    if target.folder is None:
        return None
    lock = Lock(target.folder)
    lock.acquire()
    return lock


def compressors_of(name: str) -> Any:
    """The compression of this name, as Zarr takes it."""
    from zarr.codecs import BloscCodec

    if name == "none":
        return None
    if name == "zstd":
        return BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle")
    return BloscCodec(cname="lz4", clevel=5, shuffle="bitshuffle")
