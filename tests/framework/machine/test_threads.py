"""How many threads the matrix products of a run get."""

import os
import subprocess
import sys

import pytest

# In a process of its own: once loaded, the library of compiled products stays.
FIRST_RUN = """
import sys
from plasticity.machine.threads import one_thread_if_small
from threadpoolctl import threadpool_info

assert "scipy.linalg.cython_blas" not in sys.modules
with one_thread_if_small(10_000_000, compiled=True):
    import scipy.linalg.cython_blas

    libraries = [found for found in threadpool_info() if found["user_api"] == "blas"]
    print({found["num_threads"] for found in libraries})
"""
# A run without compiled steps came before, when the library was not loaded yet.
SECOND_RUN = (
    """
from plasticity.machine.threads import one_thread_if_small

with one_thread_if_small(10):
    pass
"""
    + FIRST_RUN
)


@pytest.mark.parametrize("code", [FIRST_RUN, SECOND_RUN], ids=["first run", "second run"])
def test_the_products_of_the_first_compiled_run_of_a_process_stay_on_one_thread(code):
    # All threads, as where nobody has said anything.
    environment = {key: value for key, value in os.environ.items() if "NUM_THREADS" not in key}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("{1}\n", "")


# The first to begin is the first to end; then the other way round.
SIDE_BY_SIDE = """
from plasticity.machine.threads import one_thread, one_thread_if_small, threads
from threadpoolctl import threadpool_info, threadpool_limits
import scipy.linalg.cython_blas

def told():
    return {found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"}

threadpool_limits(3, "blas")
for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
    held = [one_thread(), threads(2), one_thread_if_small(10)]
    for limit in held:
        limit.__enter__()
    found = []
    for n in order:
        held[n].__exit__(None, None, None)
        found.append(told())
    print(found)
"""


def test_limits_are_given_back_in_whatever_order_runs_end():
    done = subprocess.run(
        [sys.executable, "-c", SIDE_BY_SIDE], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["[{1}, {1}, {3}]", "[{1}, {1}, {3}]", "[{1}, {1}, {3}]"]
