"""One writer to a store at a URL, or in a folder without locks: a file that says until when."""

from __future__ import annotations

import json
import logging
import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zarr.abc.store import Store
from zarr.core.buffer import Buffer, default_buffer_prototype
from zarr.core.sync import sync

from plasticity.errors import StoreError
from plasticity.store.commit.lock import log_takeover, owner_of, table_of

logger = logging.getLogger("plasticity")

NAME = "owner.json"


class Lease:
    """Holds a store for this process for some time, which each commit renews.

    A process of this machine that is gone counts as dead at once, another when its time is over.
    The file is created by the server or the file system only where there is none, and one that
    ended is replaced by the process that could create a lease on doing so: of several that begin at
    once one holds the store. The clocks of the machines must agree to within `duration_s`.
    """

    def __init__(self, store: Store, path: str, duration_s: float) -> None:
        self._store = store
        self._path = path
        self._duration = timedelta(seconds=duration_s)
        self._token: str | None = None
        self._since = datetime.now(UTC)

    def acquire(self) -> None:
        """Hold the store.

        Raises `StoreError`, naming the owner, where another process holds it.
        """
        self._token = uuid.uuid4().hex
        ended = self._hold(NAME)
        if ended:
            log_takeover(self._path, owner_of(ended))

    def refresh(self) -> None:
        """Hold the store for some time more.

        Raises `OSError` where another process has taken it over.
        """
        lease = self._read()
        if lease.get("token") != self._token:
            raise OSError(f"it was taken over by {owner_of(lease)}")
        if _is_valid(lease):
            sync(self._store.set(NAME, self._content()))
        else:
            self._replace(NAME, lease)

    def release(self) -> None:
        """Let go of the store; where the server is away, the lease ends by itself."""
        token, self._token = self._token, None
        try:
            if token is not None and self._read().get("token") == token:
                sync(self._store.delete(NAME))
        except OSError as error:
            logger.warning(
                "%s: the lease of this process stays for up to %g s: %s",
                self._path,
                self._duration.total_seconds(),
                error,
            )

    def holder(self) -> str | None:
        """Return who holds the store at present; None where nobody does."""
        lease = self._read()
        return owner_of(lease) if _is_valid(lease) else None

    def _hold(self, key: str) -> dict[str, Any]:
        """Create a lease, or replace one that ended, which is returned."""
        sync(self._store.set_if_not_exists(key, self._content()))
        lease = self._read(key)
        if not lease:  # another one was released in between
            return self._hold(key)
        if lease.get("token") == self._token:
            return {}
        if _is_valid(lease):
            raise StoreError(
                f"{self._path}: is being written by {owner_of(lease)}, which counts as dead from "
                f"{lease['until']} on unless it commits again; wait, stop it, or choose another "
                f"path (if you know that it is dead, delete {self._path.rstrip('/')}/{key})"
            )
        self._replace(key, lease)
        return lease

    def _replace(self, key: str, ended: dict[str, Any]) -> None:
        """Replace a lease that ended, which one process at a time may do."""
        right = f"{key}.{ended.get('token')}"
        self._hold(right)
        try:
            if self._read(key) == ended:
                sync(self._store.delete(key))
            self._hold(key)
        finally:
            sync(self._store.delete(right))

    def _read(self, key: str = NAME) -> dict[str, Any]:
        content = sync(self._store.get(key, default_buffer_prototype()))
        return {} if content is None else table_of(content.to_bytes()) or {"token": "damaged"}

    def _content(self) -> Buffer:
        lease = {
            "process": os.getpid(),
            "machine": _machine(),
            "begun": _begun(os.getpid()),
            "since": self._since.isoformat(timespec="seconds"),
            "until": (datetime.now(UTC) + self._duration).isoformat(timespec="seconds"),
            "token": self._token,
        }
        return default_buffer_prototype().buffer.from_bytes(json.dumps(lease).encode())


def _is_valid(lease: dict[str, Any]) -> bool:
    try:
        if lease.get("machine") == _machine() != "" and lease["begun"] != _begun(lease["process"]):
            return False  # it ran here, and is gone
        return datetime.now(UTC) < datetime.fromisoformat(lease["until"])
    except (KeyError, TypeError, ValueError):
        return False


def _machine() -> str:
    """Return an identifier of machine, start and container, in which a process has its number."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _begun(process: int) -> str:
    """Return when a process of this machine began, in ticks; empty where there is none."""
    try:
        stat = Path(f"/proc/{int(process)}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]
