"""Where a store lies: a folder, a zip file to read, or a URL that fsspec knows."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.core.sync import sync
from zarr.storage import LocalStore, WrapperStore, ZipStore

from plasticity.errors import StoreError
from plasticity.store.commit.files import PARTIAL, make_folder
from plasticity.store.commit.lease import NAME as LEASE
from plasticity.store.commit.lock import NAME as LOCK
from plasticity.store.commit.remote import RemoteStore
from plasticity.store.commit.staged import METADATA


class Target:
    """The path or URL of a store, as given by the user.

    folder   the path, where it is one; absolute, since the working directory may change
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self.folder = None if "://" in self._path else Path(path).absolute()

    def __str__(self) -> str:
        return self._path

    def exists(self) -> bool:
        """Return whether there is anything, which a folder without a first commit is not.

        Raises `StoreError` where a server does not answer.
        """
        if self.folder is not None:
            if self.folder.is_dir() and not self.folder.is_symlink():
                return not all(_is_beside(path.name) for path in self.folder.iterdir())
            return self.folder.exists() or self.folder.is_symlink()

        async def names() -> list[str]:
            return [name async for name in self.reading().list_dir("") if name]

        try:
            return not all(map(_is_beside, sync(names())))
        except OSError as error:
            raise StoreError(f"{self}: cannot be read: {error}") from error

    def reading(self) -> Store:
        """Return the Zarr store to read from."""
        if self.folder is None:
            return RemoteStore.at(self._path, read_only=True)
        if zipfile.is_zipfile(self.folder):
            return _zipped(self.folder)
        return LocalStore(self.folder, read_only=True)

    def writing(self, patience_s: float = 0.0) -> Store:
        """Return the Zarr store to write to; a folder is made.

        patience_s   how long a server may be away before a request fails
        """
        if self.folder is None:
            return RemoteStore.at(self._path, read_only=False, patience_s=patience_s)
        if self.folder.is_file():
            raise StoreError(
                f"{self}: is a file, from which a run can be read but not go on; unpack it first"
            )
        make_folder(self.folder)
        return LocalStore(self.folder)

    def clear(self) -> None:
        """Delete what is there."""
        if self.folder is not None:
            shutil.rmtree(self.folder)
        else:
            # Not `clear`, which ends at the first folder that went together with its files.
            sync(self.writing().delete_dir(""))


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

    def _with_store(self, store: Store) -> _Folder:
        return type(self)(store, self._folder)
