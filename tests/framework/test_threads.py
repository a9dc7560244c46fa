"""How many threads the matrix products of a run get."""

import os
import subprocess
import sys

import pytest

# In a process of its own: once loaded, the library of compiled products stays.
FIRST_RUN = """
import sys
from plasticity.threads import one_thread_if_small
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
from plasticity.threads import one_thread_if_small

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
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("{1}\n", "")
