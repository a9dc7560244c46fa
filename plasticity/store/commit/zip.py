"""A store in a zip file: at the root of the archive, or in its one folder."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.core.sync import sync
from zarr.storage import WrapperStore, ZipStore

_METADATA = "zarr.json"


def zipped(path: Path) -> Store:
    """The Zarr store in a zip file, to read."""
    store = sync(ZipStore.open(path, mode="r", read_only=True))
    with zipfile.ZipFile(path) as archive:
        parts = [name.split("/") for name in archive.namelist()]
    roots = [folder for folder, *rest in parts if rest == [_METADATA]]
    return Within(store, roots[0]) if roots and [_METADATA] not in parts else store


class Within(WrapperStore[Store]):
    """What lies in one folder of a store."""

    def __init__(self, store: Store, folder: str) -> None:
        super().__init__(store)
        self._folder = folder

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """The value of a key."""
        return await self._store.get(f"{self._folder}/{key}", prototype, byte_range)

    async def exists(self, key: str) -> bool:
        """Whether there is a value."""
        return await self._store.exists(f"{self._folder}/{key}")

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """The keys that begin so."""
        async for key in self._store.list_prefix(f"{self._folder}/{prefix}"):
            yield key.removeprefix(f"{self._folder}/")

    def _with_store(self, store: Store) -> Within:
        return type(self)(store, self._folder)
