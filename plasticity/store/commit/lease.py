"""One writer to a store at a URL, or in a folder without locks: a mark that names it."""

from __future__ import annotations

import json
import logging
import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plasticity.errors import StoreError
from plasticity.store.commit.retry import Patience

if TYPE_CHECKING:
    from zarr.abc.store import Store

logger = logging.getLogger("plasticity")

NAME = "owner.json"


class Mark:
    """Holds a store for this process by an object that tells until when, refreshed at each commit.

    store       where the store lies
    place       how messages call it
    lasts_s     how long the mark of a process that died keeps others away
    patience_s  how long the server may be away

    A process of this machine that is gone counts as dead at once, another only when its mark ends.
    A server knows no locks, so this is weaker than the lock of a folder: two processes that begin
    within the same second may both pass. The one whose mark was overwritten finds out at its next
    commit, and stops. The clocks of the machines must agree to within `lasts_s`.
    """

    def __init__(self, store: Store, place: str, lasts_s: float, patience_s: float) -> None:
        self._store = store
        self._place = place
        self._lasts = timedelta(seconds=lasts_s)
        self._ask = Patience(place, patience_s)
        self._token: str | None = None
        self._since = _now()

    def acquire(self) -> None:
        """Hold the store.

        Raises `StoreError`, naming the owner, where another process holds it.
        """
        found = self._read()
        if _is_valid(found):
            raise StoreError(
                f"{self._place}: is being written by {owner_of(found)}, which counts as dead from "
                f"{found['until']} on unless it commits again; wait, stop it, or choose another "
                f"path (if you know that it is dead, delete {self._place.rstrip('/')}/{NAME})"
            )
        if found:
            logger.warning(
                "%s: taken over from %s, which ended without closing the store",
                self._place,
                owner_of(found),
            )
        self._token = uuid.uuid4().hex
        self._write()
        self._check()

    def refresh(self) -> None:
        """Hold the store for some time more.

        Raises `OSError` where another process has taken it over.
        """
        self._check()
        self._write()

    def release(self) -> None:
        """Let go of the store; where the server is away, the mark ends by itself."""
        from zarr.core.sync import sync

        token, self._token = self._token, None
        self._ask = Patience(self._place, 0)
        try:
            if token is not None and self._read().get("token") == token:
                sync(self._ask(lambda: self._store.delete(NAME)))
        except OSError as error:
            logger.warning(
                "%s: the mark of this process stays for up to %g s: %s",
                self._place,
                self._lasts.total_seconds(),
                error,
            )

    def holder(self) -> str | None:
        """Who holds the store at present; None where nobody does."""
        found = self._read()
        return owner_of(found) if _is_valid(found) else None

    def _check(self) -> None:
        found = self._read()
        if found.get("token") != self._token:
            raise OSError(f"it was taken over by {owner_of(found)}")

    def _read(self) -> dict[str, Any]:
        from zarr.core.buffer import default_buffer_prototype
        from zarr.core.sync import sync

        found = sync(self._ask(lambda: self._store.get(NAME, default_buffer_prototype())))
        try:
            told = json.loads(found.to_bytes()) if found is not None else {}
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    def _write(self) -> None:
        from zarr.core.buffer import default_buffer_prototype
        from zarr.core.sync import sync

        mark = {
            "process": os.getpid(),
            "machine": _machine(),
            "begun": _begun(os.getpid()),
            "since": _text(self._since),
            "until": _text(_now() + self._lasts),
            "token": self._token,
        }
        value = default_buffer_prototype().buffer.from_bytes(json.dumps(mark).encode())
        sync(self._ask(lambda: self._store.set(NAME, value)))


def owner_of(told: dict[str, Any]) -> str:
    """Whom a mark or a lock names."""
    if "process" not in told or "since" not in told:
        return "another process"
    return f"process {told['process']} (since {told['since']})"


def _is_valid(mark: dict[str, Any]) -> bool:
    try:
        if mark.get("machine") == _machine() != "" and mark["begun"] != _begun(mark["process"]):
            return False  # it ran here, and is gone
        return _now() < datetime.fromisoformat(mark["until"])
    except (KeyError, TypeError, ValueError):
        return False


def _machine() -> str:
    """What tells the processes apart that are known here: machine, start and container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _begun(process: int) -> str:
    """When a process of this machine began, in ticks; empty where there is none."""
    try:
        told = Path(f"/proc/{int(process)}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *fields = told.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]


def _now() -> datetime:
    return datetime.now(UTC)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
