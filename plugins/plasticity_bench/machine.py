"""The machine on which the figures were measured."""

import os
import platform
import re
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from plasticity.machine.threads import n_core, sleep_soon


def machine() -> dict[str, str]:
    """Return processor, cores, threads, versions and load."""
    import numba
    import threadpoolctl

    sleep_soon()

    blas = [f"{pool['internal_api']} {pool['version']}" for pool in threadpoolctl.threadpool_info()]
    return {
        "processor": _processor(),
        "cores": str(n_core()),
        "threads": str(numba.get_num_threads()),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("plasticity-lab", "numpy", "numba")},
        "blas": ", ".join(sorted(set(blas))),
        "load": f"{load():.2f}",
    }


def load() -> float:
    """Return the mean number of runnable processes in the last minute; NaN if unknown."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _processor() -> str:
    with suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        if model := re.search(r"^model name\s*: (.+)", text, re.M):
            return model[1]
    return platform.processor() or platform.machine()
