"""What a disk may hold after a power cut, from a record of all that was done to it.

A disk keeps for certain what was synced: the content of a file at its last fsync, the names in a
folder at the last fsync of that folder. Of what was done since it may hold anything: nothing, names
without their content, half of a content, zeros in its place, some names and not others. A single
rename is done or not done, never half. (The model of Pillai et al., OSDI 2014, page 433.)
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

CALLS = ("fsync", "fdatasync", "replace", "rename", "unlink", "remove", "rmdir", "mkdir")
FOLDER = None  # stands where a file has its content
Image = dict[str, bytes | None]  # path -> content, folders before what is in them


@attrs.define
class Node:
    """A file or a folder, whatever its name.

    content   of a file now, and `synced` that which is on the disk for certain
    names     in a folder now, name -> number of a node, and `kept` those on the disk for certain
    pending   changes of names since: (old name or "", new name or "", number)
    """

    content: bytes | None = FOLDER
    synced: bytes = b""
    names: dict[str, int] = attrs.field(factory=dict)
    kept: dict[str, int] = attrs.field(factory=dict)
    pending: list[tuple[str, str, int]] = attrs.field(factory=list)


class Disk:
    """A disk on which things are done one after the other, and what is left of it by a power cut.

    The node of number 0 is its root, which is always there.
    """

    def __init__(self) -> None:
        self.nodes = [Node()]

    def do(self, event: tuple[Any, ...]) -> None:
        """Carry out an event of a `Record`."""
        kind, number, *what = event
        if kind == "node":
            self.nodes.append(Node(*what))
        elif kind == "write":
            self.nodes[number].content = what[0]
        elif kind == "name":
            change = (*what[:2], what[2])
            _apply(self.nodes[number].names, change)
            self.nodes[number].pending.append(change)
        elif kind == "sync":
            node = self.nodes[number]
            node.synced, node.kept, node.pending = node.content or b"", dict(node.names), []

    def sync_all(self) -> None:
        """Let everything be on the disk for certain."""
        for number in range(len(self.nodes)):
            self.do(("sync", number))

    def images(self, chance: random.Random, n_random: int) -> Iterator[Image]:
        """What may be left by a power cut now: the plain cases, and some drawn at random."""
        yield self._image(lambda: False, lambda node: node.synced)
        for harm in (_lost, _zeros, _torn, _whole):
            yield self._image(lambda: True, harm)
        for _ in range(n_random):
            yield self._image(
                lambda: chance.random() < 0.5,
                lambda node: chance.choice((_lost, _zeros, _torn, _whole))(node),
            )

    def _image(self, takes: Callable[[], bool], harm: Callable[[Node], bytes]) -> Image:
        found: Image = {}
        self._collect(0, "", takes, harm, found)
        return found

    def _collect(
        self,
        number: int,
        path: str,
        takes: Callable[[], bool],
        harm: Callable[[Node], bytes],
        found: Image,
    ) -> None:
        node = self.nodes[number]
        if node.content is not FOLDER:
            found[path] = node.synced if node.content == node.synced else harm(node)
            return
        if path:
            found[path] = FOLDER
        names = dict(node.kept)
        for change in node.pending:
            if takes():
                _apply(names, change)
        for name, below in names.items():
            self._collect(below, f"{path}/{name}".strip("/"), takes, harm, found)


def _apply(names: dict[str, int], change: tuple[str, str, int]) -> None:
    old, new, number = change
    if names.get(old) == number:
        del names[old]
    if new:
        names[new] = number


def _lost(node: Node) -> bytes:
    return node.synced


def _zeros(node: Node) -> bytes:
    return bytes(len(node.content or b""))


def _torn(node: Node) -> bytes:
    content = node.content or b""
    return content[: len(content) // 2]


def _whole(node: Node) -> bytes:
    return node.content or b""


class Record:
    """All that is done in a folder, in order, as events that a `Disk` can repeat.

    The folder is looked at before and after each call that changes names or syncs, so nothing is
    missed that goes another way: only how it was done, and writes between two calls are one.

    n_before   how many events tell of what was there already
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = {folder.stat().st_ino: 0}  # inode -> number of the node
        self._names: dict[int, dict[str, int]] = {0: {}}
        self._contents: dict[int, bytes] = {}
        self._lock = threading.RLock()
        self._n_node = 1
        self.events: list[tuple[Any, ...]] = []
        self._look()
        self.n_before = len(self.events)

    @contextmanager
    def watching(self, monkeypatch: Any) -> Iterator[None]:
        """Within, all that is done in the folder is recorded."""
        with monkeypatch.context() as patched:
            for name in CALLS:
                patched.setattr(os, name, self._watched(getattr(os, name), "sync" in name))
            yield
        self._look()

    def tell(self, told: Any) -> None:
        """Note that something was promised at this moment."""
        with self._lock:
            self._look()
            self.events.append(("told", 0, told))

    def _watched(self, call: Callable[..., Any], syncs: bool) -> Callable[..., Any]:
        def watched(*arguments: Any, **how: Any) -> Any:
            with self._lock:
                self._look()
                result = call(*arguments, **how)
                self._look()
                if syncs:
                    number = self._known.get(os.fstat(arguments[0]).st_ino)
                    if number is not None:
                        self.events.append(("sync", number))
                return result

        return watched

    def _look(self) -> None:
        """Add the events that lead from what was there to what is there."""
        there: set[int] = set()
        self._look_into(self._folder, 0, there)
        self._known = {inode: n for inode, n in self._known.items() if n == 0 or n in there}

    def _look_into(self, folder: Path, number: int, there: set[int]) -> None:
        before, now, new = self._names[number], {}, []
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            inode = entry.inode()
            if inode not in self._known:
                self._known[inode] = self._n_node
                is_folder = entry.is_dir(follow_symlinks=False)
                self.events.append(("node", self._n_node, FOLDER if is_folder else b""))
                self._n_node += 1
                if is_folder:
                    self._names[self._known[inode]] = {}
                else:
                    self._contents[self._known[inode]] = b""
            now[entry.name] = self._known[inode]
            new.append(entry)
        self._names[number] = now
        there.update(now.values())
        places = {n: name for name, n in now.items() if before.get(name) != n}
        for name, n in before.items():
            if now.get(name) != n and n in places:
                self.events.append(("name", number, name, places.pop(n), n))
            elif name not in now:
                self.events.append(("name", number, name, "", n))
        for n, name in places.items():
            self.events.append(("name", number, "", name, n))
        for entry in new:
            n = now[entry.name]
            if n in self._names:
                self._look_into(folder / entry.name, n, there)
            else:
                content = (folder / entry.name).read_bytes()
                if content != self._contents[n]:
                    self._contents[n] = content
                    self.events.append(("write", n, content))


def lay(folder: Path, image: Image, before: Image) -> None:
    """Make a folder hold an image, in place of another that it holds."""
    for path in reversed(before):
        if path not in image or (image[path] is FOLDER) != (before[path] is FOLDER):
            if before[path] is FOLDER:
                (folder / path).rmdir()
            else:
                (folder / path).unlink()
    for path, content in image.items():
        if content is FOLDER:
            (folder / path).mkdir(exist_ok=True)
        elif before.get(path) != content:
            (folder / path).write_bytes(content)
