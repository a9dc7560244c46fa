"""The most memory that a process had at any time."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_bytes() -> float:
    """The most memory that this process had since its start, or since the peak was forgotten."""
    if _STATUS.is_file():
        # Not what getrusage tells: a child starts there with the peak of its parent.
        lines = _STATUS.read_text().splitlines()
        line = next((line for line in lines if line.startswith("VmHWM")), None)
        if line is not None:
            return int(line.split()[1]) * 1024.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1.0 if sys.platform == "darwin" else 1024.0)


def forget_peak() -> bool:
    """Let the peak begin anew; whether the system can."""
    try:
        _FORGET.write_text("5")
    except OSError:
        return False
    return True
