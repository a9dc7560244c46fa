"""Writes beside the run, so that a step does not wait for the disk."""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from time import perf_counter
from typing import Any

from plasticity.experiment.quantities import size_text

logger = logging.getLogger("plasticity")

_NICE = 10  # at 19 it gets no time at all beside other processes
# The run may wait these seconds, and this share of its time, without a warning: a thread that
# gives way is late now and then.
_WAIT_S, _WAIT_SHARE = 1.0, 0.01


class BackgroundWriter:
    """Does one piece of writing after the other, in a thread of its own.

    Who brings more bytes than `limit` waits. What goes wrong in a piece is raised by each call from
    then on, and nothing more is written: the pieces build upon each other.
    """

    def __init__(
        self,
        limit: int,
        threaded: bool = True,
        failed: Callable[[BaseException], BaseException] = lambda error: error,
    ) -> None:
        self._limit = limit
        self._failed = failed
        self._failure: BaseException | None = None
        self._waiting: deque[tuple[Future[None], int]] = deque()  # pieces with their bytes
        self._warned = False
        self._waited = 0.0  # seconds
        self._begun = perf_counter()
        pool = partial(ThreadPoolExecutor, 1, "plasticity-writer", initializer=_give_way)
        self._pool = pool() if threaded else None

    def put(self, write: Callable[..., Any], *arguments: Any, size: int = 0) -> None:
        """Write this after all that came before; `size` is the number of bytes it holds."""
        if self._pool is None:
            write(*arguments)
            return
        self._forget_written()
        while self._waiting and sum(held for _, held in self._waiting) + size > self._limit:
            begun = perf_counter()
            wait([self._waiting[0][0]], _WAIT_S)
            self._waited += perf_counter() - begun
            self._warn()
            self._forget_written()
        self._waiting.append((self._pool.submit(self._do, write, *arguments), size))

    def wait(self) -> None:
        wait([piece for piece, _ in self._waiting])
        self._forget_written()

    def close(self) -> None:
        try:
            self.wait()
        finally:
            if self._pool is not None:
                self._pool.shutdown()

    def _do(self, write: Callable[..., Any], *arguments: Any) -> None:
        if self._failure is None:
            try:
                write(*arguments)
            except BaseException as error:
                self._failure = error

    def _forget_written(self) -> None:
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()
        if self._failure is not None:
            raise self._failed(self._failure)

    def _warn(self) -> None:
        elapsed = perf_counter() - self._begun
        if not self._warned and self._waited > max(_WAIT_S, _WAIT_SHARE * elapsed):
            self._warned = True
            logger.warning(
                "more is recorded than can be written: the run has waited %.0f s for the store, as "
                "it does whenever %s are waiting; record less often, or give storage a larger "
                "buffer",
                self._waited,
                size_text(self._limit),
            )


def _give_way() -> None:
    """Let this thread work when the run leaves a core idle, rather than in its place."""
    if hasattr(os, "setpriority") and sys.platform == "linux":  # elsewhere it would be the process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
