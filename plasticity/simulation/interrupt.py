"""Ctrl-C ends a run after the step at hand, so that no array is left half changed.

So do the signals by which a terminal that is closed (SIGHUP) and batch schedulers (SIGTERM,
SIGUSR1, SIGUSR2, SIGXCPU) announce that a process has to end.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ASKED = (signal.SIGINT, signal.SIGTERM)
_NAMES = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")
_ANNOUNCED = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]  # not on Windows


class Interrupt:
    """A note that somebody has asked to stop, by which signal, and perhaps within a step."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.requested = self.at_once = False
        self.number: int | None = None


@contextmanager
def watching(interrupt: Interrupt) -> Iterator[None]:
    """Within, a signal that asks the process to end only makes a note."""
    interrupt.begin()

    def take_note(number: int, frame: FrameType | None) -> None:
        if number in ASKED and interrupt.number in ASKED:  # the others may come several times
            interrupt.at_once = True
            raise KeyboardInterrupt
        if number in ASKED or not interrupt.requested:
            interrupt.requested, interrupt.number = True, number

    with handling(take_note):
        yield


@contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within, let a function handle the signals that ask a process to end.

    A signal that is ignored, as SIGHUP under `nohup`, stays so; and so does one of a scheduler that
    the program handles itself.
    """
    before = {}  # nothing outside the main thread, where Python delivers no signals
    if threading.current_thread() is threading.main_thread():
        for number in (*ASKED, *_ANNOUNCED):
            present = signal.getsignal(number)
            if present == signal.SIG_DFL or (callable(present) and number in ASKED):
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
