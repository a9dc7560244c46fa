"""One writer to a store: the lock of its folder, or a file that says until when it is held."""

import errno
import json
import logging
import os
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zarr.abc.store import Store
from zarr.core.buffer import Buffer, default_buffer_prototype
from zarr.core.sync import sync

from plasticity.errors import BusyError

logger = logging.getLogger("plasticity")

LOCK, LEASE = ".lock", "owner.json"
_TRIES, _PAUSE_S = 5, 0.01
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class NoLocksError(OSError):
    """The file system of a folder knows no locks."""


class Lock:
    """Holds a folder for this process until it is released, or the process ends.

    The system frees the lock of a process that dies, so what it leaves behind is a file that names
    it; who finds one takes over, and says so.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Hold the folder; raise `BusyError`, naming the owner, where another process does."""
        import fcntl

        left = _TRIES
        while self._descriptor is None:
            descriptor, created = self._opened()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), self._path.stat()):
                    self._descriptor = descriptor
            except BlockingIOError:
                left -= 1
                if not left:
                    owner = _owner(descriptor)
                    raise BusyError(
                        f"{self._path.parent}: is being written by {owner}; wait until it ends, "
                        "stop it, or choose another path",
                        owner,
                    ) from None
                time.sleep(_PAUSE_S)  # perhaps somebody only looks who holds it
            except FileNotFoundError:
                pass  # the owner ended in between and took the file away
            except OSError as error:
                if created:  # else it may be the lock of a live process
                    self._path.unlink(missing_ok=True)
                # ENOLCK: no locks over NFS, or for the moment no room for one more.
                if error.errno in _NO_LOCKS or (created and error.errno == errno.ENOLCK):
                    raise NoLocksError(str(error)) from None
                raise
            finally:
                if self._descriptor is None:
                    os.close(descriptor)
        if os.fstat(descriptor).st_size:
            _log_takeover(self._path.parent, _owner(descriptor))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"process": os.getpid(), "since": now}).encode(), 0)

    def _opened(self) -> tuple[int, bool]:
        with suppress(FileExistsError):
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL), True
        return os.open(self._path, os.O_RDWR | os.O_CREAT), False

    def refresh(self) -> None:
        """Do nothing: the system holds the lock."""

    def release(self) -> None:
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str | None:
        import fcntl

        with suppress(OSError), self._path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _owner(file.fileno())
        return None


class Lease:
    """Holds a store at a URL, or in a folder without locks, for a time that each commit renews.

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
        self._token = uuid.uuid4().hex
        ended = self._hold(LEASE)
        if ended:
            _log_takeover(self._path, _named(ended))

    def refresh(self) -> None:
        """Hold the store for some time more; raise `OSError` where another has taken it over."""
        lease = self._read()
        if lease.get("token") != self._token:
            raise OSError(f"it was taken over by {_named(lease)}")
        if _is_valid(lease):
            sync(self._store.set(LEASE, self._content()))
        else:
            self._replace(LEASE, lease)

    def release(self) -> None:
        """Let go of the store; where the server is away, the lease ends by itself."""
        token, self._token = self._token, None
        try:
            if token is not None and self._read().get("token") == token:
                sync(self._store.delete(LEASE))
        except OSError as error:
            logger.warning(
                "%s: the lease of this process stays for up to %g s: %s",
                self._path,
                self._duration.total_seconds(),
                error,
            )

    def holder(self) -> str | None:
        lease = self._read()
        return _named(lease) if _is_valid(lease) else None

    def _hold(self, key: str) -> dict[str, Any]:
        """Create a lease, or replace one that ended, which is returned."""
        sync(self._store.set_if_not_exists(key, self._content()))
        lease = self._read(key)
        if not lease:  # another one was released in between
            return self._hold(key)
        if lease.get("token") == self._token:
            return {}
        if _is_valid(lease):
            raise BusyError(
                f"{self._path}: is being written by {_named(lease)}, which counts as dead from "
                f"{lease['until']} on unless it commits again; wait, stop it, or choose another "
                f"path (if you know that it is dead, delete {self._path.rstrip('/')}/{key})",
                _named(lease),
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

    def _read(self, key: str = LEASE) -> dict[str, Any]:
        content = sync(self._store.get(key, default_buffer_prototype()))
        return {} if content is None else _table(content.to_bytes()) or {"token": "damaged"}

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


def _table(content: bytes) -> dict[str, Any]:
    try:
        table = json.loads(content)
    except ValueError:
        return {}
    return table if isinstance(table, dict) else {}


def _named(held: dict[str, Any]) -> str:
    if "process" not in held or "since" not in held:
        return "another process"
    return f"process {held['process']} (since {held['since']})"


def _owner(descriptor: int) -> str:
    return _named(_table(os.pread(descriptor, 1000, 0)))


def _log_takeover(path: object, owner: str) -> None:
    logger.warning("%s: taken over from %s, which ended without closing the store", path, owner)
