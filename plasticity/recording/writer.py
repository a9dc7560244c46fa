"""Writes beside the run, so that a step does not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Writer:
    """Does one piece of writing at a time, in a thread of its own.

    A second piece waits for the first, so memory is bounded; what went wrong in a piece is raised
    by the next call.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="plasticity-writer")
        self._pending: Future[None] | None = None

    def put(self, write: Callable[[], None]) -> None:
        """Begin to write once the piece before is written."""
        self.wait()
        self._pending = self._pool.submit(write)

    def wait(self) -> None:
        """Wait until everything is written."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def close(self) -> None:
        """Wait, and end the thread."""
        try:
            self.wait()
        finally:
            self._pool.shutdown()
