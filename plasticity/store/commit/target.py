"""Where a store lies: a folder, a zip file to read, or a URL; and who may write to it."""

import logging
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.core.sync import sync
from zarr.storage import LocalStore, WrapperStore, ZipStore

from plasticity.errors import StoreError
from plasticity.experiment.storage import Storage
from plasticity.store.commit.files import PARTIAL, make_folder
from plasticity.store.commit.lock import LEASE, LOCK, Lease, Lock, NoLocksError
from plasticity.store.commit.remote import RemoteStore
from plasticity.store.commit.staged import METADATA, StagedStore
from plasticity.store.provenance import check_format

logger = logging.getLogger("plasticity")

Owner = Lock | Lease

_DEAD_AFTER_COMMITS, _DEAD_AFTER_S = 3, 60.0  # without a sign of life


class Target:
    """The path or URL of a store, as given by the user."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        # Absolute, since the working directory may change.
        self.folder = None if "://" in self._path else Path(path).absolute()

    def __str__(self) -> str:
        return self._path

    def exists(self) -> bool:
        """Return whether there is anything, which a folder without a first commit is not."""
        if self.folder is not None:
            if self.folder.is_dir() and not self.folder.is_symlink():
                return not all(_is_beside(path.name) for path in self.folder.iterdir())
            return self.folder.exists() or self.folder.is_symlink()

        async def names() -> list[str]:
            return [name async for name in self._reading().list_dir("") if name]

        with self._explained("read"):
            return not all(map(_is_beside, sync(names())))

    def holder(self) -> str | None:
        if self.folder is not None:
            holder = Lock(self.folder).holder()
            if holder or not (self.folder / LEASE).is_file():
                return holder
        return Lease(self._reading(), str(self), 0).holder()

    def load(self, store: Store | None = None) -> StagedStore:
        if not self.exists():
            raise StoreError(f"{self}: there is nothing there")
        with self._explained("read", (OSError, ValueError, zipfile.BadZipFile)):
            staged = StagedStore(store or self._reading(), str(self))
            staged.load()
            check_format(staged)
        return staged

    def create(
        self, attributes: Mapping[str, Any], storage: Storage, overwrite: bool
    ) -> tuple[StagedStore, Owner]:
        """Create a store with attributes and nothing else, and return its lock, which is held."""
        there = StoreError(
            f"{self}: exists already; choose another path, or replace it with "
            "--overwrite (overwrite=True)"
        )
        if self.exists():
            if not overwrite:
                raise there
            self._clear(storage)
        with self._explained("created"), self._held(storage) as (store, lock):
            staged = StagedStore(store, str(self))
            staged.load()
            if staged.nodes:  # another process was faster
                raise there
            staged.put_group("", attributes)
            staged.commit()
        return staged, lock

    def reopen(self, storage: Storage) -> tuple[StagedStore, Owner]:
        """Open the store to be continued, and return its lock, which is held."""
        self.load()
        with self._held(storage) as (store, lock):
            return self.load(store), lock

    def _reading(self) -> Store:
        if self.folder is None:
            return RemoteStore(self._path, read_only=True)
        if zipfile.is_zipfile(self.folder):
            return _zipped(self.folder)
        return LocalStore(self.folder, read_only=True)

    def _writing(self, storage: Storage) -> Store:
        if self.folder is None:
            return RemoteStore(self._path, False, storage.patience_seconds)
        if self.folder.is_file():
            raise StoreError(
                f"{self}: is a file, from which a run can be read but not go on; unpack it first"
            )
        make_folder(self.folder)
        return LocalStore(self.folder)

    def _clear(self, storage: Storage) -> None:
        folder = self.folder
        try:
            self.load()
            ours = folder is None or (folder.is_dir() and not folder.is_symlink())
        except StoreError:
            ours = False
        if not ours:
            kind = "a folder of something else" if folder and folder.is_dir() else "a file"
            raise StoreError(f"{self}: is {kind}, not the store of a run, and is not overwritten")
        with self._explained("replaced"), self._held(storage) as (store, lock):
            if folder is not None:
                shutil.rmtree(folder)
            else:
                # Not `clear`, which ends at the first folder that went together with its files.
                sync(store.delete_dir(""))
            lock.release()

    @contextmanager
    def _held(self, storage: Storage) -> Iterator[tuple[Store, Owner]]:
        """Yield the Zarr store to write to, and its lock, which is released on an error."""
        store = self._writing(storage)
        silent_s = _DEAD_AFTER_COMMITS * storage.commit_seconds + _DEAD_AFTER_S
        duration_s = silent_s + storage.patience_seconds
        lease = Lease(store, str(self), duration_s)
        lock: Owner = lease if self.folder is None else Lock(self.folder)
        with self._explained("written"):
            try:
                lock.acquire()
            except NoLocksError as error:
                logger.warning(
                    "%s: its file system knows no locks (%s); a lease says who writes to it, so "
                    "that a process that dies on another machine seems alive for %g s",
                    self,
                    error,
                    duration_s,
                )
                lock = lease
                lock.acquire()
        try:
            yield store, lock
        except BaseException:
            lock.release()
            raise

    @contextmanager
    def _explained(
        self, end: str, errors: tuple[type[Exception], ...] = (OSError,)
    ) -> Iterator[None]:
        """Raise `StoreError` that says what cannot be done, in place of an error of the system."""
        try:
            yield
        except errors as error:
            raise StoreError(f"{self}: cannot be {end}: {error}") from error


def _is_beside(name: str) -> bool:
    """Return whether a file is none of a store, but says who writes to it or was never finished."""
    return name == LOCK or name.startswith(LEASE) or name.endswith(PARTIAL)


def _zipped(path: Path) -> Store:
    """Return the store at the root of a zip file, or in its one folder."""
    store = sync(ZipStore.open(path, mode="r", read_only=True))
    with zipfile.ZipFile(path) as archive:
        parts = [name.split("/") for name in archive.namelist()]
    roots = [folder for folder, *rest in parts if rest == [METADATA]]
    return _Folder(store, roots[0]) if roots and [METADATA] not in parts else store


class _Folder(WrapperStore[Store]):
    """The content of one folder of a zip file."""

    def __init__(self, store: Store, folder: str) -> None:
        super().__init__(store)
        self._folder = folder

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        return await self._store.get(f"{self._folder}/{key}", prototype, byte_range)

    async def exists(self, key: str) -> bool:
        return await self._store.exists(f"{self._folder}/{key}")
