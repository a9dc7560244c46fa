"""A script whose folder lies on a file system with little room."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# In a namespace of its own, where a user may mount and from which nothing is left behind.
_NAMESPACES = [["unshare", "--map-root-user", "--mount"], ["unshare", "--mount"]]
_INSIDE = """
mount -t tmpfs -o size=1m tmpfs "$1" && "$2" -c "$3" "$1" "$4" && cp -r "$1/run" "$5"
"""


def on_a_small_disk(script: str, room: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Run a script that gets a folder of 1 MB and the root of the tests; copy what it leaves there
    as `run`. Skips the test where no such file system can be made.
    """
    room.mkdir()
    namespace = None
    if shutil.which("unshare"):
        namespace = next((found for found in _NAMESPACES if _may_mount(found, room)), None)
    if namespace is None:
        pytest.skip("no small file system can be mounted, not even in a namespace of its own")
    given = [room, sys.executable, script, Path(__file__).parents[2], into]
    command = [*namespace, "sh", "-c", _INSIDE, "sh", *map(str, given)]
    return subprocess.run(command, capture_output=True, text=True)


def _may_mount(namespace: list[str], folder: Path) -> bool:
    command = [*namespace, "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    return not subprocess.run(command, capture_output=True).returncode
