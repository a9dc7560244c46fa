"""One writer to a store: the lock of its folder."""

from __future__ import annotations

import errno
import json
import logging
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plasticity.errors import StoreError

logger = logging.getLogger("plasticity")

NAME = ".lock"
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
        self._path = folder / NAME
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Hold the folder.

        Raises `StoreError`, naming the owner, where another process holds it; `NoLocksError` where
        the file system knows no locks; another `OSError` where the folder cannot be written to.
        """
        while True:
            descriptor, created = self._opened()
            self._lock(descriptor, created)
            if self._is_still(descriptor):
                break
            os.close(descriptor)  # the owner ended in between and took the file away
        if os.fstat(descriptor).st_size:
            log_takeover(self._path.parent, _owner(descriptor))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"process": os.getpid(), "since": now}).encode(), 0)
        self._descriptor = descriptor

    def _opened(self) -> tuple[int, bool]:
        with suppress(FileExistsError):
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL), True
        return os.open(self._path, os.O_RDWR | os.O_CREAT), False

    def _lock(self, descriptor: int, created: bool) -> None:
        import fcntl

        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if left:  # perhaps somebody only looks who holds it
                    time.sleep(_PAUSE_S)
                    continue
                owner = _owner(descriptor)
                os.close(descriptor)
                raise StoreError(
                    f"{self._path.parent}: is being written by {owner}; wait until it ends, stop "
                    "it, or choose another path"
                ) from None
            except OSError as error:
                os.close(descriptor)
                if created:  # else it may be the lock of a live process
                    self._path.unlink(missing_ok=True)
                # ENOLCK: no locks over NFS, or for the moment no room for one more.
                if error.errno in _NO_LOCKS or (created and error.errno == errno.ENOLCK):
                    raise NoLocksError(str(error)) from None
                raise

    def refresh(self) -> None:
        """Hold the folder for some time more, which the system does by itself."""

    def release(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _is_still(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def holder_of_folder(folder: Path) -> str | None:
    """Return who holds a folder at present; None where nobody does."""
    import fcntl

    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _owner(descriptor)
    except OSError:  # no locks here
        pass
    finally:
        os.close(descriptor)
    return None


def table_of(content: bytes) -> dict[str, Any]:
    """Return the table of a file in JSON; an empty one where it is damaged."""
    try:
        table = json.loads(content)
    except ValueError:
        return {}
    return table if isinstance(table, dict) else {}


def owner_of(held: dict[str, Any]) -> str:
    """Return whom a lease or a lock names."""
    if "process" not in held or "since" not in held:
        return "another process"
    return f"process {held['process']} (since {held['since']})"


def log_takeover(path: object, owner: str) -> None:
    """Warn that this process holds a store in place of one that died."""
    logger.warning("%s: taken over from %s, which ended without closing the store", path, owner)


def _owner(descriptor: int) -> str:
    return owner_of(table_of(os.pread(descriptor, 1000, 0)))
