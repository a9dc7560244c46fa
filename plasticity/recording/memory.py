"""How much memory is left for the frames of a run without a store."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    if _MACHINE.is_file():
        found = re.search(r"MemAvailable:\s+(\d+) kB", _MACHINE.read_text())
        yield float(found[1]) * 1024 if found else inf
    for group in _groups():
        for limit, used in _TOLD:
            if (group / limit).is_file() and (told := (group / limit).read_text().strip()) != "max":
                # Files that were read and can be forgotten count as used.
                cached = re.search(
                    r"^inactive_file (\d+)", (group / "memory.stat").read_text(), re.M
                )
                yield int(told) - int((group / used).read_text()) + int(cached[1] if cached else 0)
    if (_PROCESS / "statm").is_file():
        import resource

        pages = int((_PROCESS / "statm").read_text().split()[0])
        limit_as = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit_as != resource.RLIM_INFINITY:
            yield limit_as - pages * resource.getpagesize()


def _groups() -> Iterator[Path]:
    """The control groups of this process, from its own to the outermost."""
    told = _PROCESS / "cgroup"
    for line in told.read_text().splitlines() if told.is_file() else ():
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            own = _GROUPS / kinds / path.strip("/")
            yield from (g for g in (own, *own.parents) if g.is_relative_to(_GROUPS))
