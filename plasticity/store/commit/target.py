"""Where a store lies: a folder, a zip file to read, or a URL that fsspec knows."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from zarr.abc.store import Store
from zarr.core.sync import sync
from zarr.storage import LocalStore

from plasticity.errors import StoreError
from plasticity.store.commit.files import PARTIAL, make_folder
from plasticity.store.commit.lease import NAME as LEASE
from plasticity.store.commit.lock import NAME as LOCK
from plasticity.store.commit.remote import RemoteStore
from plasticity.store.commit.zip import zipped


class Target:
    """The path or URL of a store, as given by the user.

    folder   the path, where it is one; absolute, since the working directory may change
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self.folder = None if "://" in self._path else Path(path).absolute()

    def __str__(self) -> str:
        return self._path

    def absolute(self) -> str:
        """Return the path as a process with another working directory would name it."""
        return self._path if self.folder is None else str(self.folder)

    def exists(self) -> bool:
        """Return whether there is anything, which a folder without a first commit is not.

        Raises `StoreError` where a server does not answer.
        """
        if self.folder is not None:
            if self.folder.is_dir() and not self.folder.is_symlink():
                return not all(_is_beside(path.name) for path in self.folder.iterdir())
            return self.folder.exists() or self.folder.is_symlink()

        async def holds_any() -> bool:
            names = [name async for name in self.reading().list_dir("")]
            return not all(name == "" or _is_beside(name) for name in names)

        try:
            return sync(holds_any())
        except OSError as error:
            raise StoreError(f"{self}: cannot be read: {error}") from error

    def is_link(self) -> bool:
        """Return whether it only points to another folder."""
        return self.folder is not None and self.folder.is_symlink()

    def reading(self) -> Store:
        """Return the Zarr store to read from."""
        if self.folder is None:
            return RemoteStore.at(self._path, read_only=True)
        if zipfile.is_zipfile(self.folder):
            return zipped(self.folder)
        return LocalStore(self.folder, read_only=True)

    def writing(self, patience_s: float = 0.0) -> Store:
        """Return the Zarr store to write to; a folder is made.

        patience_s   how long a server may be away before a request fails

        Raises `StoreError` where it is a file.
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
