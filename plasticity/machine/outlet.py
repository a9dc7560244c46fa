"""Standard output and error that take any text, so that printing never ends what computes."""

import codecs
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_ASCII = {"±": "+/-", "–": "-", "−": "-"}
_ERRORS = "plasticity.ascii"


class Outlet:
    """Text stream that cannot fail; all other attributes are those of the stream behind it.

    A character that the encoding lacks is written in ASCII, "+/-" for a plus-minus sign and an
    escape as `\\xf6` for a letter. What can no longer be written, since the reader has gone away or
    the disk is full, is dropped.

    lost   what ended the writing, or None

    >>> import io
    >>> behind = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    >>> print("0.5 ± 0.1, Földiák", file=Outlet(behind), flush=True)
    >>> behind.buffer.getvalue()
    b'0.5 +/- 0.1, F\\\\xf6ldi\\\\xe1k\\n'
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.lost: OSError | None = None

    def write(self, text: str) -> int:
        """Write a string, or drop it, and return its length."""
        encoding = getattr(self._stream, "encoding", None)
        if encoding:
            text = text.encode(encoding, _ERRORS).decode(encoding)
        self._ask(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream behind."""
        self._ask(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> None:
        if self.lost is not None:
            return
        try:
            function(*arguments)
        except OSError as error:
            self.lost = error
            # Python flushes the stream behind once more when it ends, and would complain then.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


@contextmanager
def outlets() -> Iterator[None]:
    """Make standard output and error outlets within the context."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Outlet(before[0]), Outlet(before[1])
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def open_closed() -> None:
    """Open the null device for standard streams that are closed, as a daemon's are.

    A store would get their numbers otherwise, and what is printed would go into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number
            stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    escaped = (
        _ASCII.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in missing
    )
    return "".join(escaped), error.end


codecs.register_error(_ERRORS, _in_ascii)
