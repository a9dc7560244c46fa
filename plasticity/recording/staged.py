"""A Zarr store whose readers see it as it was at the last commit, whatever happens in between.

The file `zarr.json` at the root holds the metadata of all groups and arrays, lengths included:
xarray and Zarr read them there. So replacing this one file commits everything at once. Values are
written before, and what is not yet in that file is seen by nobody.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.core.sync import sync
from zarr.storage import FsspecStore, LocalStore, WrapperStore

logger = logging.getLogger("plasticity")

_METADATA = "zarr.json"
_PAUSE_S = 0.5  # between two tries to reach a server
_Node = dict[str, Any]


class StagedStore(WrapperStore[Store]):
    """Writes values at once and keeps all metadata to itself until `commit`.

    store        where to write
    patience_s   how long a server may be away before a write fails
    """

    def __init__(self, store: Store, patience_s: float = 60.0) -> None:
        super().__init__(store)
        self.nodes: dict[str, _Node] = {}
        self._patience_s = patience_s
        self._changed: set[str] = set()
        self._fresh: set[str] = set()

    def load(self) -> bool:
        """Take over the metadata of the last commit; False where there is none.

        Raises `ValueError` where the file is there and cannot be understood.
        """
        found = sync(self._store.get(_METADATA, default_buffer_prototype()))
        if found is None:
            return False
        root = json.loads(found.to_bytes())
        consolidated = root.pop("consolidated_metadata", None) or {"metadata": {}}
        self.nodes = {"": root, **consolidated["metadata"]}
        return True

    # -- groups ----------------------------------------------------------------------------------

    def put_group(self, path: str, attributes: _Node | None = None) -> None:
        """Make a group, and those above it, or give one that is there further attributes."""
        above = path.rpartition("/")[0]
        if path and above not in self.nodes:
            self.put_group(above)
        known = self.nodes.get(path, {"zarr_format": 3, "node_type": "group", "attributes": {}})
        self.nodes[path] = {**known, "attributes": {**known["attributes"], **(attributes or {})}}
        self._changed.add(path)

    def drop(self, path: str) -> None:
        """Take a node with all below it out of the next commit; `sweep` deletes its values."""
        for node in [node for node in self.nodes if _below(node, path)]:
            del self.nodes[node]

    def sweep(self, path: str) -> None:
        """Delete what lies right in a group and is no node of it."""
        sync(self._sweep(path))

    async def _sweep(self, path: str) -> None:
        known = set(self.below(path))
        found = [name.strip("/") async for name in self._store.list_dir(path)]
        for name in found:
            if name not in known and name != _METADATA:
                await self._store.delete_dir(f"{path}/{name}")
                self._fresh = {key for key in self._fresh if not _below(key, f"{path}/{name}")}

    def below(self, path: str) -> list[str]:
        """The names of the nodes right in a group."""
        start = f"{path}/" if path else ""
        names = [node.removeprefix(start) for node in self.nodes if node.startswith(start)]
        return [name for name in names if name and "/" not in name]

    # -- the commit ------------------------------------------------------------------------------

    def commit(self) -> None:
        """Let readers see everything that was written so far, at once and for good."""
        sync(self._commit())

    async def _commit(self) -> None:
        for path in sorted(self._changed - {""}):
            if path in self.nodes:
                await self._put(f"{path}/{_METADATA}", self.nodes[path])
        self._changed.clear()
        self._settle()
        consolidated = {path: node for path, node in sorted(self.nodes.items()) if path}
        root = self.nodes[""] | {
            "consolidated_metadata": {
                "kind": "inline",
                "must_understand": False,
                "metadata": consolidated,
            }
        }
        await self._put(_METADATA, root)
        self._settle()

    async def _put(self, key: str, node: _Node) -> None:
        text = json.dumps(node, indent=1).encode()
        await self._set_patiently(key, default_buffer_prototype().buffer.from_bytes(text))

    def _settle(self) -> None:
        """Wait until the files written since the last time would survive a power cut."""
        fresh, self._fresh = self._fresh, set()
        if isinstance(self._store, LocalStore):
            files = [self._store.root / key for key in fresh]
            for path in [*files, *{file.parent for file in files}]:
                if path.exists():
                    _settle_file(path)

    async def _set_patiently(self, key: str, value: Buffer) -> None:
        away_since = None
        while True:
            try:
                await self._store.set(key, value)
            except Exception as error:
                if not isinstance(self._store, FsspecStore):
                    raise
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > self._patience_s:
                    raise OSError(
                        f"could not be reached for {self._patience_s:g} s: {error}"
                    ) from error
                logger.warning("%s cannot be reached (%s); trying again", self._store, error)
                await asyncio.sleep(_PAUSE_S)
            else:
                self._fresh.add(key)
                return

    # -- what Zarr asks --------------------------------------------------------------------------

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Metadata as they will be committed, values as they are."""
        path = _node_of(key)
        if path is None:
            return await self._store.get(key, prototype, byte_range)
        if path not in self.nodes:
            return None
        return prototype.buffer.from_bytes(json.dumps(self.nodes[path]).encode())

    async def set(self, key: str, value: Buffer) -> None:
        """Keep metadata until the commit, write values."""
        path = _node_of(key)
        if path is None:
            await self._set_patiently(key, value)
        else:
            self.nodes[path] = json.loads(value.to_bytes())
            self._changed.add(path)

    async def exists(self, key: str) -> bool:
        """Whether there is a value, or a node of which the next commit will know."""
        path = _node_of(key)
        return await self._store.exists(key) if path is None else path in self.nodes

    async def delete(self, key: str) -> None:
        """Delete a value, or a node from the next commit on."""
        path = _node_of(key)
        if path is None:
            await self._store.delete(key)
        else:
            self.nodes.pop(path, None)

    async def delete_dir(self, prefix: str) -> None:
        """Delete all values and nodes below."""
        self.drop(prefix)
        await self._store.delete_dir(prefix)

    async def _set_many(self, values: Iterable[tuple[str, Buffer]]) -> None:
        for key, value in values:
            await self.set(key, value)

    def _with_store(self, store: Store) -> StagedStore:
        made = type(self)(store, self._patience_s)
        made.nodes = self.nodes
        return made


def _node_of(key: str) -> str | None:
    """The path of the node that a key holds the metadata of; None for the key of a value."""
    if key == _METADATA:
        return ""
    return key.removesuffix(f"/{_METADATA}") if key.endswith(f"/{_METADATA}") else None


def _below(path: str, group: str) -> bool:
    return path == group or path.startswith(f"{group}/")


def _settle_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
