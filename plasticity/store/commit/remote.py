"""A store on a server, which is asked again for some time while it does not answer."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partialmethod
from typing import Any, TypeVar

from zarr.core.buffer import Buffer
from zarr.storage import FsspecStore, WrapperStore

from plasticity.errors import StoreError

logger = logging.getLogger("plasticity")

_PAUSE_S = 0.5  # between two tries
_Answer = TypeVar("_Answer")

# What the server says about the request: asking again gives the same answer.
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


class RemoteStore(WrapperStore[FsspecStore]):
    """A store at a URL that fsspec knows.

    A request raises `OSError` where the server refuses, or is away for longer than `patience_s`.
    """

    def __init__(self, url: str, read_only: bool, patience_s: float = 0.0) -> None:
        try:
            # What others write meanwhile is not in a list of a moment ago.
            options = {"use_listings_cache": False}
            super().__init__(FsspecStore.from_url(url, options, read_only))
        except (ImportError, ValueError) as error:
            raise StoreError(
                f"{url}: cannot be opened: {error}; a URL needs the fsspec package of its "
                "protocol, as s3fs for s3://"
            ) from error
        self._url = url
        self._patience_s = patience_s
        self._away_since: float | None = None

    async def _again(self, name: str, *given: Any, **named: Any) -> Any:
        return await self._ask(lambda: getattr(self._store, name)(*given, **named))

    get: Any = partialmethod(_again, "get")
    exists: Any = partialmethod(_again, "exists")
    set: Any = partialmethod(_again, "set")
    delete: Any = partialmethod(_again, "delete")
    delete_dir: Any = partialmethod(_again, "delete_dir")

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        async def names() -> list[str]:
            return [name async for name in self._store.list_dir(prefix)]

        for name in await self._ask(names):
            yield name

    async def set_if_not_exists(self, key: str, value: Buffer) -> None:
        """Write a value unless there is one, which the server decides: of two writers one does."""
        path, content = f"{self._store.path}/{key}", value.to_bytes()

        async def create() -> None:
            try:
                await self._store.fs._pipe_file(path, content, mode="create")
            except FileExistsError:
                pass
            except (TypeError, ValueError, NotImplementedError):  # no such mode in this file system
                if not await self._store.exists(key):
                    await self._store.set(key, value)

        await self._ask(create)

    async def _ask(self, request: Callable[[], Awaitable[_Answer]]) -> _Answer:
        began = time.monotonic()
        while True:
            try:
                answer = await request()
            except _FINAL:
                raise
            except Exception as error:
                limit_s, away_since = self._patience_s, self._away_since or began
                if limit_s == 0:
                    raise OSError(f"the server does not answer: {error}") from error
                if time.monotonic() - away_since > limit_s:
                    text = f"the server did not answer for {limit_s:g} s: {error}"
                    raise OSError(text) from error
                if self._away_since is None:
                    self._away_since = began
                    logger.warning(
                        "%s: the server does not answer (%s); trying again for %g s "
                        "(storage.patience)",
                        self._url,
                        error,
                        limit_s,
                    )
                await asyncio.sleep(_PAUSE_S)
            else:
                if self._away_since is not None:
                    away_s, self._away_since = time.monotonic() - self._away_since, None
                    logger.warning("%s: answers again, after %.0f s", self._url, away_s)
                return answer
