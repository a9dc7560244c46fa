"""A store in a zip file: at the root of the archive, or in its one folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.core.sync import sync
from zarr.storage import WrapperStore, ZipStore

from plasticity.store.commit.staged import METADATA


def zipped(path: Path) -> Store:
    """Return the Zarr store in a zip file, to read."""
    store = sync(ZipStore.open(path, mode="r", read_only=True))
    with zipfile.ZipFile(path) as archive:
        parts = [name.split("/") for name in archive.namelist()]
    roots = [folder for folder, *rest in parts if rest == [METADATA]]
    return _Folder(store, roots[0]) if roots and [METADATA] not in parts else store


class _Folder(WrapperStore[Store]):
    """The content of one folder of a store."""

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
