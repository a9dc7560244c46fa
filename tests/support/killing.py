"""Copies of the process of a test that end like `kill -9`, at a write or at any time."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path


def kill_before(number: int, path: Path) -> None:
    """End this process like `kill -9` right before it touches a folder for this time.

    Now and then the file that was written last is halved, as if it had been killed in between.
    """
    count = 0

    def watch(event, arguments):
        nonlocal count
        touches = event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir") or (
            event == "open" and isinstance(arguments[1], str) and "w" in arguments[1]
        )
        if touches and str(path) in str(arguments[0]):
            count += 1
            if count == number:
                if event == "os.rename" and number % 2:
                    os.truncate(arguments[0], Path(arguments[0]).stat().st_size // 2)
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def in_another_process(do: Callable[[], object]) -> int:
    """Return the process that does this: a copy of this one, where all is imported already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # this process has threads
        process = os.fork()
    if process:
        return process
    try:
        do()
        os._exit(0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def killed(
    do: Callable[[], object], path: Path, number: int | None = None, after: float | None = None
) -> bool:
    """Do something until it is killed, by number of writes or by time; return whether it was."""

    def begin():
        if number is not None:
            kill_before(number, path)
        do()

    process = in_another_process(begin)
    if after is not None:
        time.sleep(after)
        os.kill(process, signal.SIGKILL)
    status = os.waitpid(process, 0)[1]
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)
