"""A Zarr store whose readers see it as it was at the last commit, whatever happens in between.

The file `zarr.json` at the root holds the metadata of all groups and arrays, lengths included:
xarray and Zarr read them there. So replacing this one file commits everything at once. Values are
written before, and what is not yet in that file is seen by nobody.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from zarr.abc.store import ByteRequest, Store
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.core.sync import sync
from zarr.storage import LocalStore, MemoryStore, WrapperStore

from plasticity.errors import StoreError
from plasticity.store.commit.files import PARTIAL, replace_file, settle
from plasticity.store.encoding.attributes import decoded, encoded

METADATA = "zarr.json"
_Node = dict[str, Any]


class StagedStore(WrapperStore[Store]):
    """Writes values at once and keeps all metadata to itself until `commit`."""

    def __init__(self, store: Store, location: str = "memory") -> None:
        super().__init__(store)
        self._root = store.root if isinstance(store, LocalStore) else None
        self.location = location  # as messages show it
        self.nodes: dict[str, _Node] = {}
        self.consolidated = True
        self._changed: set[str] = set()
        self._seen: tuple[int, int] | None = None  # the file that held the id of this run
        self._fresh: dict[str, bool] = {}  # files since the last commit; replaced?

    @property
    def in_memory(self) -> bool:
        return isinstance(self._store, MemoryStore)

    def load(self) -> None:
        """Read the metadata of the last commit, if there is any; `ValueError` where damaged."""
        content: bytes | None = None
        if self._root is not None:  # without the thread in which Zarr reads
            with suppress(FileNotFoundError, NotADirectoryError):
                content = (self._root / METADATA).read_bytes()
        elif buffer := sync(self._store.get(METADATA, default_buffer_prototype())):
            content = buffer.to_bytes()
        if content is None:
            return
        try:
            root = json.loads(content)
            below = root.pop("consolidated_metadata", None)
            self.consolidated = below is not None
            root = {**root, "attributes": dict(root.get("attributes", {}))}
            nodes = {"": root, **(below or {"metadata": {}})["metadata"]}
            self.nodes = {path: _decoded(node) for path, node in nodes.items()}
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"its {METADATA} is damaged: {error!r}") from error
        # Those of single nodes, which a power cut may have halved, are written anew.
        self._changed = set(self.nodes)

    def check_same(self) -> None:
        """Raise `StoreError` where another run, or none, lies in this folder by now."""
        own = self.nodes[""]["attributes"].get("id")
        if own is None or self._root is None:  # at a URL it were one more request for each read
            return
        path = self._root / METADATA
        try:
            stat = path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns)
            if seen == self._seen:
                return
            root = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(f"{self.location}: was deleted since it was opened") from None
        if root.get("attributes", {}).get("id") != own:
            raise StoreError(
                f"{self.location}: was replaced by another run since it was opened; open it again "
                "to read that run"
            )
        self._seen = seen

    def has_groups(self, names: Iterable[str]) -> bool:
        """Return whether there are groups of these names two levels deep, committed or not."""
        above = sync(self._names(""))
        keys = (f"{group}/{name}/{METADATA}" for group in above for name in names)
        return any(sync(self._store.exists(key)) for key in keys)

    def put_group(self, path: str, attributes: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Make a group and those above it, or add attributes to one that is there."""
        above = path.rpartition("/")[0]
        if path and above not in self.nodes:
            self.put_group(above)
        known = self.nodes.get(path, {"zarr_format": 3, "node_type": "group", "attributes": {}})
        self.nodes[path] = {**known, "attributes": {**known["attributes"], **attributes}}
        self._changed.add(path)

    def drop(self, path: str) -> None:
        """Leave a node with all below it out of the next commit; `sweep` deletes its values."""
        for node in [node for node in self.nodes if _below(node, path)]:
            del self.nodes[node]

    def sweep(self, path: str) -> None:
        """Delete orphaned files under a path; call it right after a commit."""
        if path not in self.nodes:
            sync(self._delete_all(path))
        elif self.nodes[path]["node_type"] == "group":
            for name in sync(self._names(path)):
                if name != METADATA and not name.endswith(PARTIAL):
                    self.sweep(f"{path}/{name}")

    async def _names(self, path: str) -> list[str]:
        return [name.strip("/") async for name in self._store.list_dir(path)]

    async def _delete_all(self, path: str) -> None:
        if self._root is not None and (self._root / path).is_file():
            return  # none of ours: a node is a folder
        await self._store.delete_dir(path)
        self._fresh = {k: old for k, old in self._fresh.items() if not _below(k, path)}

    def delete_partial(self) -> None:
        for path in self._root.rglob(f"*{PARTIAL}") if self._root is not None else ():
            path.unlink(missing_ok=True)

    def below(self, path: str) -> list[str]:
        # A copy at once, because the writer may add nodes meanwhile.
        nodes = [node.rpartition("/") for node in list(self.nodes)]
        return [name for group, _, name in nodes if group == path]

    def put(self, key: str, data: Any, safe: bool = True) -> None:
        """Write bytes in this very thread, which gives way to the run; they may change then."""
        if self._root is None:  # a store that may keep what it is given
            sync(self._store.set(key, default_buffer_prototype().buffer.from_bytes(bytes(data))))
            return
        replaced = replace_file(self._root / key, data, safe, whole=key == METADATA)
        if safe:
            self._fresh[key] = replaced and self._fresh.get(key, True)

    def grow(self, path: str, length: int) -> None:
        """Give an array `length` frames from the next commit on."""
        node = self.nodes[path]
        self.nodes[path] = node | {"shape": [length, *node["shape"][1:]]}
        self._changed.add(path)

    def commit(self) -> None:
        """Let readers see everything that was written so far, at once and for good."""
        nodes = {path: _encoded(node) for path, node in sorted(self.nodes.items())}
        for path in sorted(self._changed & nodes.keys() - {""}):
            # For those who look at one array alone; nothing is lost with it.
            self._put_node(path, nodes[path], safe=False)
        self._changed.clear()
        self._settle()
        root = nodes.pop("")
        listed = {"kind": "inline", "must_understand": False, "metadata": nodes}
        self._put_node("", root | {"consolidated_metadata": listed})
        self._settle()

    def _put_node(self, path: str, node: _Node, safe: bool = True) -> None:
        self.put(f"{path}/{METADATA}".lstrip("/"), json.dumps(node, indent=1).encode(), safe)

    def _settle(self) -> None:
        fresh, self._fresh = self._fresh, {}
        if self._root is not None:
            settle(self._root, fresh)

    # -- called by Zarr --------------------------------------------------------------------------

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Return metadata as they will be committed, values as they are."""
        path = _node_of(key)
        if path is None:
            return await self._store.get(key, prototype, byte_range)
        if path not in self.nodes:
            return None
        return prototype.buffer.from_bytes(json.dumps(_encoded(self.nodes[path])).encode())

    async def set(self, key: str, value: Buffer) -> None:
        """Hold metadata back until the commit, write values."""
        path = _node_of(key)
        if path is None:
            await asyncio.to_thread(self.put, key, value.as_buffer_like())
        else:
            self.nodes[path] = _decoded(json.loads(value.to_bytes()))
            self._changed.add(path)

    async def set_if_not_exists(self, key: str, value: Buffer) -> None:
        if not await self.exists(key):
            await self.set(key, value)

    async def exists(self, key: str) -> bool:
        path = _node_of(key)
        if path is None:
            return await self._store.exists(key)
        return path in self.nodes

    async def delete(self, key: str) -> None:
        path = _node_of(key)
        if path is None:
            await self._store.delete(key)
        else:
            self.nodes.pop(path, None)

    async def delete_dir(self, prefix: str) -> None:
        self.drop(prefix)
        await self._delete_all(prefix)


def _encoded(node: _Node) -> _Node:
    return node | {"attributes": encoded(node.get("attributes", {}))}


def _decoded(node: _Node) -> _Node:
    """Return a node as it was before `_encoded`; the attributes of an array are left alone."""
    if node["node_type"] == "array":
        return node | {"shape": [int(size) for size in node["shape"]]}
    return node | {"attributes": decoded(node.get("attributes", {}))}


def _node_of(key: str) -> str | None:
    """Return the path of the node whose metadata a key holds; None for the key of a value."""
    if key == METADATA:
        return ""
    return key.removesuffix(f"/{METADATA}") if key.endswith(f"/{METADATA}") else None


def _below(path: str, group: str) -> bool:
    return path == group or path.startswith(f"{group}/")
