"""Ctrl-C ends a run after the step at hand, so that no array is left half changed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether the user has asked to stop, and by which signal."""

    def __init__(self) -> None:
        self.requested = False
        self.number: int | None = None


@contextmanager
def watching(interrupt: Interrupt) -> Iterator[None]:
    """Within, the first Ctrl-C (or SIGTERM) only makes a note; a second one raises at once.

    Outside the main thread, where Python delivers no signals, nothing changes.
    """
    interrupt.requested, interrupt.number = False, None
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def take_note(number: int, frame: FrameType | None) -> None:
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.requested, interrupt.number = True, number

    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, take_note) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
