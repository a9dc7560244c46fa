"""Where a store lies: a folder, a zip file to read, or a place that fsspec knows by its URL."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from plasticity.errors import StoreError
from plasticity.store.commit.files import PARTIAL, make_folder
from plasticity.store.commit.lease import NAME as MARK
from plasticity.store.commit.lock import NAME as LOCK
from plasticity.store.commit.retry import Patience

if TYPE_CHECKING:
    from zarr.abc.store import Store


class Target:
    """A place of a store, as given by the user.

    folder   the path, where it is one; absolute, since the working directory may change
    """

    def __init__(self, place: str | Path) -> None:
        self._place = str(place)
        self.folder = None if "://" in self._place else Path(place).absolute()

    def __str__(self) -> str:
        return self._place

    def absolute(self) -> str:
        """The place as a process with another working directory would name it."""
        return self._place if self.folder is None else str(self.folder)

    def exists(self) -> bool:
        """Whether there is anything; a place without a first commit is nothing yet.

        Raises `StoreError` where a server does not answer.
        """
        if self.folder is not None:
            if self.folder.is_dir() and not self.folder.is_symlink():
                found = [path.name for path in self.folder.iterdir()]
                return not all(name in (LOCK, MARK) or name.endswith(PARTIAL) for name in found)
            return self.folder.exists() or self.folder.is_symlink()
        from zarr.core.sync import sync

        store, ask = self._remote(read_only=True), Patience(self._place, 0)

        async def names() -> list[str]:
            return [name async for name in store.list_dir("")]

        try:
            return not {*sync(ask(names))} <= {MARK, ""}
        except OSError as error:
            raise StoreError(f"{self}: cannot be read: {error}") from error

    def is_link(self) -> bool:
        """Whether it only points to another folder."""
        return self.folder is not None and self.folder.is_symlink()

    def reading(self) -> Store:
        """The Zarr store to read from."""
        from zarr.storage import LocalStore

        if self.folder is None:
            return self._remote(read_only=True)
        if zipfile.is_zipfile(self.folder):
            from plasticity.store.commit.zip import zipped

            return zipped(self.folder)
        return LocalStore(self.folder, read_only=True)

    def writing(self) -> Store:
        """The Zarr store to write to; a folder is made.

        Raises `StoreError` where it is a file.
        """
        from zarr.storage import LocalStore

        if self.folder is None:
            return self._remote(read_only=False)
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
            from zarr.core.sync import sync

            # Not `clear`, which ends at the first folder that went together with its files.
            sync(self._remote(read_only=False).delete_dir(""))

    def _remote(self, read_only: bool) -> Store:
        from zarr.storage import FsspecStore

        try:
            # What others write meanwhile is not in a list of a moment ago.
            options = {"use_listings_cache": False}
            return FsspecStore.from_url(self._place, storage_options=options, read_only=read_only)
        except (ImportError, ValueError) as error:
            raise StoreError(
                f"{self._place}: cannot be opened: {error}; a URL needs the fsspec package of its "
                "protocol, as s3fs for s3://"
            ) from error
