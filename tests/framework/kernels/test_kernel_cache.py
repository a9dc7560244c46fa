"""The second start of the same experiment compiles nothing. It takes about 5 seconds."""

import importlib
import math
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from numba import njit

from plasticity.kernels import loops

# A rule of the user's script, with a compiled helper, beside bundled ones.
SCRIPT = textwrap.dedent(
    """
    import numpy as np
    from numba import njit
    from numba.core import event

    import plasticity as pl

    @njit
    def helper(y):
        return FACTOR * y * y

    FACTOR = 0.5

    @pl.rule("mine")
    def mine(y, leak: float = 0.1):
        return helper(y), leak

    parts = {"activation": "relu", "optimizer": "sgd", "initializer": "normal"}
    parts |= {"threshold": "moving_average", "neurons": 4}
    samples = pl.Data(np.random.default_rng(0).random((50, 6)))
    with event.install_recorder("numba:compile") as recorder:
        for rule in ["bcm", "oja", "krotov_hopfield", mine()]:
            layer = pl.Layer(rule=rule, **parts)
            run = pl.run(pl.Experiment(data=samples, layers=[layer], batch_size=10))
            print(float(run.weights.sum()))
    print(sorted({found.data["dispatcher"].py_func.__name__ for _, found in recorder.buffer}))
    """
)


def started(script, cache):
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PLASTICITY_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *weights, compiled = done.stdout.splitlines()
    return weights, compiled


def test_the_second_start_of_an_experiment_compiles_nothing(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    weights, compiled = started(script, tmp_path / "cache")
    assert "'helper'" in compiled
    assert "'pointwise'" in compiled
    assert started(script, tmp_path / "cache") == (weights, "[]")

    script.write_text(SCRIPT.replace("FACTOR = 0.5", "FACTOR = 2.5"))
    changed, compiled = started(script, tmp_path / "cache")
    assert changed[:3] == weights[:3]
    assert changed[3] != weights[3]
    assert "'pointwise'" in compiled


KERNEL = """
from plasticity import njit

@njit()
def kernel(x):
    return x * 1.0
"""


def test_a_module_that_is_edited_and_loaded_again_is_compiled_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it tells edits by the second
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "edited_kernel.py"
    source.write_text(KERNEL)
    module = importlib.import_module("edited_kernel")
    assert module.kernel(1.0) == 1.0
    source.write_text(KERNEL.replace("1.0", "7.0"))
    assert importlib.reload(module).kernel(1.0) == 7.0
    del sys.modules["edited_kernel"]


@pytest.mark.parametrize("functions", [(math.sin, math.cos), (np.tanh, np.exp)])
def test_functions_of_c_that_are_called_tell_two_kernels_apart(functions):
    def applying(function):
        return njit(error_model="numpy")(lambda y: function(y))

    one, other = (loops.pointwise(applying(function), (2,), False) for function in functions)
    found = []
    for loop in (one, other):
        modulation = np.zeros((2, 3))
        loop((np.full((2, 3), 0.5),), (), modulation)
        found.append(modulation[0, 0])
    np.testing.assert_allclose(found, [function(0.5) for function in functions])
