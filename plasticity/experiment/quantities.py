"""Sizes and durations as people write them: "64 MB", "10 min"."""

import re

from plasticity.errors import EntryError

_SIZES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_DURATIONS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_TEXT = re.compile(r"\s*(\d+(?:\.\d*)?)\s*([A-Za-z]+)\s*")


def bytes_of(text: str, place: str = "size") -> int:
    """Return how many bytes a string like "64 MB" means.

    Raises `EntryError`, beginning with the place, where it means none.

    >>> bytes_of("64 MB")
    64000000
    >>> bytes_of("64", "buffer")
    Traceback (most recent call last):
    plasticity.errors.EntryError: buffer: must be a number with B, kB, MB, GB or TB, as in \
"64 MB", got '64'
    """
    return round(_number(text, place, _SIZES, "64 MB"))


def seconds_of(text: str, place: str = "duration") -> float:
    """Return how many seconds a string like "10 min" means."""
    return _number(text, place, _DURATIONS, "10 min")


def size_text(count: float) -> str:
    """Return a number of bytes as people write it.

    >>> size_text(512), size_text(25600)
    ('512 B', '25.6 kB')
    """
    fitting = [(unit, size) for unit, size in _SIZES.items() if count >= size]
    unit, size = fitting[-1] if fitting else ("B", 1)
    return f"{count / size:.4g} {unit}"


def _number(text: str, place: str, units: dict[str, float] | dict[str, int], like: str) -> float:
    parsed = _TEXT.fullmatch(text) if isinstance(text, str) else None
    if parsed is None or parsed[2] not in units:
        *most, last = units
        raise EntryError(
            f'{place}: must be a number with {", ".join(most)} or {last}, as in "{like}", '
            f"got {text!r}"
        )
    return float(parsed[1]) * units[parsed[2]]
