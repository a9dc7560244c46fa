"""Opening a place: whether there is the store of a run, and who may write to it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from plasticity.errors import StoreError
from plasticity.store.commit.lease import NAME as MARK
from plasticity.store.commit.lease import Mark
from plasticity.store.commit.lock import Lock, NoLocksError, holder_of_folder
from plasticity.store.commit.target import Target
from plasticity.store.provenance import check_format

if TYPE_CHECKING:
    from plasticity.experiment.storage import Storage
    from plasticity.store.commit.staged import StagedStore

logger = logging.getLogger("plasticity")

Owner = Lock | Mark

_DEAD_AFTER_COMMITS, _DEAD_AFTER_S = 3, 60.0  # without a sign of life


def created(
    target: Target, attributes: Mapping[str, Any], storage: Storage, overwrite: bool
) -> tuple[StagedStore, Owner]:
    """A new store, with attributes and nothing else, and its lock, which this process holds."""
    from plasticity.store.commit.staged import StagedStore

    if target.exists():
        _make_room(target, overwrite, storage)
    try:
        staged = StagedStore(target.writing(), storage.patience_seconds, str(target))
    except OSError as error:
        raise StoreError(f"{target}: cannot be created: {error}") from error
    lock = _locked(target, storage)
    with _released_on_error(lock):
        try:
            if staged.load():  # another process was faster
                raise _already_there(target)
            staged.put_group("", dict(attributes))
            staged.commit()
        except OSError as error:
            raise StoreError(f"{target}: cannot be created: {error}") from error
    return staged, lock


def reopened(target: Target, storage: Storage) -> tuple[StagedStore, Owner]:
    """The store at a place, to be written on, and its lock, which this process holds."""
    loaded(target, target.reading)
    lock = _locked(target, storage)
    with _released_on_error(lock):
        return loaded(target, target.writing, storage.patience_seconds), lock


def loaded(target: Target, opening: Callable[[], Any], patience_s: float = 0.0) -> StagedStore:
    """The store at a place with the metadata of its last commit."""
    from plasticity.store.commit.staged import StagedStore

    if not target.exists():
        raise StoreError(f"{target}: there is nothing there")
    try:
        staged = StagedStore(opening(), patience_s, str(target))
        found = staged.load()
        check_format(staged, found, target)
    except (OSError, ValueError, BadZipFile) as error:
        raise StoreError(f"{target}: cannot be read: {error}") from error
    return staged


def holder_of(target: Target) -> str | None:
    """Who writes to a place at present; None where nobody does."""
    held = holder_of_folder(target.folder) if target.folder is not None else None
    if held or (target.folder is not None and not (target.folder / MARK).is_file()):
        return held
    return Mark(target.reading(), str(target), 0, 0).holder()


def _locked(target: Target, storage: Storage) -> Owner:
    held: Owner
    store = target.writing()
    lasts = _DEAD_AFTER_COMMITS * storage.commit_seconds + storage.patience_seconds
    mark = Mark(store, str(target), lasts + _DEAD_AFTER_S, storage.patience_seconds)
    held = mark if target.folder is None else Lock(target.folder)
    try:
        try:
            held.acquire()
        except NoLocksError as error:
            logger.warning(
                "%s: its file system knows no locks (%s); a mark tells who writes to it: a process "
                "that dies on another machine seems alive for %g s, and of two that begin within "
                "the same second one finds out at its next commit",
                target,
                error,
                lasts + _DEAD_AFTER_S,
            )
            held = mark
            held.acquire()
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error}") from error
    return held


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
        loaded(target, target.reading)
        ours = True
    except StoreError:
        ours = False
    if not ours or (folder is not None and not folder.is_dir()) or target.is_link():
        kind = "a folder of something else" if folder and folder.is_dir() else "a file"
        raise StoreError(f"{target}: is {kind}, not the store of a run, and is not overwritten")
    lock = _locked(target, storage)
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
