"""How much memory is left, for frames of a run without a store or for a matrix with its zeros."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from math import inf
from pathlib import Path

_PROCESS, _MACHINE, _GROUPS = Path("/proc/self"), Path("/proc/meminfo"), Path("/sys/fs/cgroup")
# Files of a control group: limit and use, of version 2 and of version 1.
_TOLD = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))


def memory_left() -> float:
    """Return the bytes that this process may still take before the machine swaps or refuses.

    That is what the machine has, what its control groups leave to it, and what `ulimit -v` does;
    infinite where the system tells none of them.
    """
    return max(min(_left()), 0.0)


def _left() -> Iterator[float]:
    yield inf
    if found := re.search(r"MemAvailable:\s+(\d+) kB", _text(_MACHINE)):
        yield float(found[1]) * 1024
    for group in _groups():
        for limit, used in ((_text(group / a), _text(group / b)) for a, b in _TOLD):
            if limit.isdigit() and used.isdigit():
                # Files that were read and can be forgotten count as used.
                cached = re.search(r"^inactive_file (\d+)", _text(group / "memory.stat"), re.M)
                yield int(limit) - int(used) + int(cached[1] if cached else 0)
    if pages := _text(_PROCESS / "statm").split():
        import resource

        limit_as = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit_as != resource.RLIM_INFINITY:
            yield limit_as - int(pages[0]) * resource.getpagesize()


def _text(path: Path) -> str:
    """What a file of the system says; nothing where there is none, or it cannot be read."""
    with suppress(OSError):
        return path.read_text().strip()
    return ""


def _groups() -> Iterator[Path]:
    """The control groups of this process, from its own to the outermost."""
    for line in _text(_PROCESS / "cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            own = _GROUPS / kinds / path.strip("/")
            yield from (g for g in (own, *own.parents) if g.is_relative_to(_GROUPS))
