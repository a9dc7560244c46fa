"""The memory that this process may still take, and the most that it took."""

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from math import inf
from pathlib import Path

_PROCESS, _MACHINE, _GROUPS = Path("/proc/self"), Path("/proc/meminfo"), Path("/sys/fs/cgroup")
# Files of a control group: limit and use, of version 2 and of version 1.
_LIMITS = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))


def memory_left() -> float:
    """Return the bytes that this process may still take before the machine swaps or refuses.

    That is what the machine has, what its control groups leave to it, and what `ulimit -v` does;
    infinite where the system says nothing.
    """
    return max(min(_left()), 0.0)


def peak_bytes() -> float:
    """Return the most memory that this process had since its start, or since `forget_peak`."""
    # Not what getrusage says: a child starts there with the peak of its parent.
    if peak := re.search(r"^VmHWM:\s+(\d+) kB", _text(_PROCESS / "status"), re.M):
        return float(peak[1]) * 1024
    import resource

    peak_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_rss * (1.0 if sys.platform == "darwin" else 1024.0)


def forget_peak() -> bool:
    """Let the peak begin anew, and return whether the system can."""
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _left() -> Iterator[float]:
    yield inf
    if available := re.search(r"MemAvailable:\s+(\d+) kB", _text(_MACHINE)):
        yield float(available[1]) * 1024
    for group in _groups():
        for limit, used in ((_text(group / a), _text(group / b)) for a, b in _LIMITS):
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
    with suppress(OSError):
        return path.read_text().strip()
    return ""


def _groups() -> Iterator[Path]:
    for line in _text(_PROCESS / "cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            own = _GROUPS / kinds / path.strip("/")
            yield from (g for g in (own, *own.parents) if g.is_relative_to(_GROUPS))
