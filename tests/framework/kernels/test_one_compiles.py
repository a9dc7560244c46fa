"""Two processes that want the same kernel compile it once."""

import fcntl
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from plasticity.kernels import loops

# Prints when it begins, and then what it has compiled by itself and what the kernel returns.
WANTS = """
    import sys
    from importlib.util import module_from_spec, spec_from_file_location
    from numba.core import event

    specification = spec_from_file_location("plasticity_kernel_shared", sys.argv[1])
    module = module_from_spec(specification)
    sys.modules["plasticity_kernel_shared"] = module
    specification.loader.exec_module(module)
    print("wants", flush=True)
    with event.install_recorder("numba:compile") as recorder:
        found = module.kernel(2.0)
    print(len(recorder.buffer) // 2, found)
"""
KERNEL = """
    from plasticity import njit

    @njit()
    def kernel(x):
        return x / 4
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module as `compiled` leaves it in the cache folder."""
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path))
    path = tmp_path / "kernels" / "plasticity_kernel_shared.py"
    path.parent.mkdir()
    path.write_text(textwrap.dedent(KERNEL))
    return path


def wanting(module):
    """A process that wants the kernel."""
    command = [sys.executable, "-c", textwrap.dedent(WANTS), str(module)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "wants\n"
    return process


def test_two_processes_compile_a_kernel_once(module):
    with module.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # so that both want it while nobody has it
        both = [wanting(module) for _ in range(2)]
        with pytest.raises(subprocess.TimeoutExpired):
            both[0].wait(0.2)
    printed = [process.communicate()[0] for process in both]
    assert sorted(printed) == ["0 0.5\n", "1 0.5\n"]


HOLDS = (
    "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, 2); print(flush=True); input()"
)


def test_the_lock_of_a_process_that_was_killed_is_taken_over(module):
    command = [sys.executable, "-c", HOLDS, str(module)]
    with subprocess.Popen(command, stdin=-1, stdout=-1) as holder:
        holder.stdout.readline()
        waiting = wanting(module)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.2)
        holder.kill()
    assert waiting.communicate()[0] == "1 0.5\n"


def test_what_takes_long_to_compile_is_told(monkeypatch, caplog):
    monkeypatch.setattr("plasticity.kernels.cache._LONG_S", 0)
    caplog.set_level("INFO", "plasticity.compiling")
    loops.rows(lambda row: None)(np.ones((1, 2)), ())
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    assert told == (
        "compiling for 0 s so far, once for this and all later starts: Loops around functions of "
        "components. (_load.<locals>.<lambda>, _store.<locals>.store_one, "
        "test_what_takes_long_to_compile_is_told.<locals>.<lambda>)"
    )
