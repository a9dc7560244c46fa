"""Waits for a server that is away, and tells it once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

logger = logging.getLogger("plasticity")

_PAUSE_S = 0.5  # between two tries
_Answer = TypeVar("_Answer")

# What the server says about the request: asking again gives the same answer.
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


class Patience:
    """Asks a server again until it answers.

    place   how messages call the server
    limit_s how long it may be away; 0 asks once
    """

    def __init__(self, place: str, limit_s: float) -> None:
        self._place = place
        self._limit_s = limit_s
        self._away_since: float | None = None

    async def __call__(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """The answer to a request.

        Raises `OSError` where the server refuses, or has been away for too long.
        """
        began = time.monotonic()
        while True:
            try:
                answer = await ask()
            except _FINAL:
                raise
            except Exception as error:
                self._endure(error, began)
                await asyncio.sleep(_PAUSE_S)
            else:
                if self._away_since is not None:
                    logger.warning(
                        "%s: answers again, after %.0f s",
                        self._place,
                        time.monotonic() - self._away_since,
                    )
                    self._away_since = None
                return answer

    def _endure(self, error: Exception, began: float) -> None:
        if self._limit_s == 0:
            raise OSError(f"the server does not answer: {error}") from error
        now = time.monotonic()
        if now - (self._away_since or began) > self._limit_s:
            raise OSError(f"the server did not answer for {self._limit_s:g} s: {error}") from error
        if self._away_since is None:
            self._away_since = began
            logger.warning(
                "%s: the server does not answer (%s); trying again for %g s (storage.patience)",
                self._place,
                error,
                self._limit_s,
            )
