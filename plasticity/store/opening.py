"""Opening a path or URL: is there the store of a run, and may this process write to it?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from zarr.abc.store import Store
from zarr.storage import MemoryStore

from plasticity.errors import StoreError
from plasticity.experiment.storage import Storage
from plasticity.store.commit.lease import NAME as LEASE
from plasticity.store.commit.lease import Lease
from plasticity.store.commit.lock import Lock, NoLocksError, holder_of_folder
from plasticity.store.commit.staged import StagedStore
from plasticity.store.commit.target import Target
from plasticity.store.provenance import check_format

logger = logging.getLogger("plasticity")

Owner = Lock | Lease

_DEAD_AFTER_COMMITS, _DEAD_AFTER_S = 3, 60.0  # without a sign of life


def create(
    path: str | Path | None, attributes: Mapping[str, Any], storage: Storage, overwrite: bool
) -> tuple[StagedStore, Target | None, Owner | None]:
    """Create a store with attributes and nothing else, and return its lock, which is held.

    path   folder or URL; None for memory, which nobody else can write to
    """
    if path is None:
        staged = StagedStore(MemoryStore())
        staged.put_group("", dict(attributes))
        return staged, None, None
    target = Target(path)
    if target.exists():
        _make_room(target, overwrite, storage)
    try:
        store = target.writing(storage.patience_seconds)
        lock = _locked(target, store, storage)
        with _released_on_error(lock):
            staged = StagedStore(store, str(target))
            if staged.load():  # another process was faster
                raise _already_there(target)
            staged.put_group("", dict(attributes))
            staged.commit()
    except OSError as error:
        raise StoreError(f"{target}: cannot be created: {error}") from error
    return staged, target, lock


def reopen(path: str | Path, storage: Storage) -> tuple[StagedStore, Target, Owner]:
    """Open a store to be continued, and return its lock, which is held."""
    target = Target(path)
    _load(target)
    store = target.writing(storage.patience_seconds)
    lock = _locked(target, store, storage)
    with _released_on_error(lock):
        return _load(target, store), target, lock


def load(path: str | Path) -> tuple[StagedStore, Target]:
    """Open a store to be read, with the metadata of its last commit."""
    target = Target(path)
    return _load(target), target


def holder_of(target: Target) -> str | None:
    """Return who writes to a target at present; None where nobody does."""
    if target.folder is not None:
        holder = holder_of_folder(target.folder)
        if holder or not (target.folder / LEASE).is_file():
            return holder
    return Lease(target.reading(), str(target), 0).holder()


def _load(target: Target, store: Store | None = None) -> StagedStore:
    if not target.exists():
        raise StoreError(f"{target}: there is nothing there")
    try:
        staged = StagedStore(store or target.reading(), str(target))
        check_format(staged, staged.load())
    except (OSError, ValueError, BadZipFile) as error:
        raise StoreError(f"{target}: cannot be read: {error}") from error
    return staged


def _locked(target: Target, store: Store, storage: Storage) -> Owner:
    silent_s = _DEAD_AFTER_COMMITS * storage.commit_seconds + _DEAD_AFTER_S
    duration_s = silent_s + storage.patience_seconds
    lease = Lease(store, str(target), duration_s)
    lock = lease if target.folder is None else Lock(target.folder)
    try:
        try:
            lock.acquire()
        except NoLocksError as error:
            logger.warning(
                "%s: its file system knows no locks (%s); a lease says who writes to it, so that a "
                "process that dies on another machine seems alive for %g s",
                target,
                error,
                duration_s,
            )
            lock = lease
            lock.acquire()
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error}") from error
    return lock


@contextmanager
def _released_on_error(lock: Owner) -> Iterator[None]:
    try:
        yield
    except BaseException:
        lock.release()
        raise


def _make_room(target: Target, overwrite: bool, storage: Storage) -> None:
    """Delete the store that is to be replaced."""
    if not overwrite:
        raise _already_there(target)
    folder = target.folder
    try:
        _load(target)
        ours = folder is None or (folder.is_dir() and not folder.is_symlink())
    except StoreError:
        ours = False
    if not ours:
        kind = "a folder of something else" if folder and folder.is_dir() else "a file"
        raise StoreError(f"{target}: is {kind}, not the store of a run, and is not overwritten")
    lock = _locked(target, target.writing(storage.patience_seconds), storage)
    try:
        target.clear()
    except OSError as error:
        raise StoreError(f"{target}: cannot be replaced: {error}") from error
    finally:
        lock.release()


def _already_there(target: Target) -> StoreError:
    return StoreError(
        f"{target}: exists already; choose another path, or replace it with "
        "--overwrite (overwrite=True)"
    )
