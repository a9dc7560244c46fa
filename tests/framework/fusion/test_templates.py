"""The templates of compiled steps are modules that run as they are, also without the JIT."""

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from tests.support.compositions import experiment_of, left_by, pairwise
from tests.support.console import command

HERE = Path(__file__).parent
CHOSEN = pairwise(12)[:4]

SCRIPT = """
    import sys
    import numpy as np
    from tests.support.compositions import experiment_of, left_by, pairwise

    for n, composition in enumerate(pairwise(12)[:4]):
        found, reason = left_by(experiment_of(composition, "always"), composition["every"])
        assert reason is None, reason
        np.savez(f"{sys.argv[1]}/{n}.npz", **found)
"""

ALONE = """
    import numpy as np
    from plasticity.fusion.templates import capture, fill, minibatch, online
    from plasticity.fusion.templates.arrays import Inputs, Neurons, Synapses

    x, current = np.array([[1.0, 2.0]]), np.zeros((3, 1))
    weights, update = np.arange(6.0).reshape(3, 2), np.zeros((3, 2))
    order, modulation = np.zeros(1, int), np.ones((3, 1))
    for template, inputs in [(minibatch, (x,)), (online, (x, x, order))]:
        neurons = Neurons(x, current, current.copy(), modulation=modulation)
        given = Inputs(*inputs), neurons, Synapses(weights, update=update)
        current[:] = 0
        template.kernel(1, 0, 0, 0, 1.0, (0, 1, 1), (True, 1, 1, 3), given, (), ())
        print(current[:, 0])
    print(weights[0])  # the second alone adds no phi of its own
    fill.kernel(weights, update, ())
    print(np.array_equal(weights, update))
    capture.kernel(3, 0, 0, 0, 1.0, (), (), (), (), (), 1, (np.array([2]),), ())
"""


def without_jit(*arguments):
    """What a process prints in which Numba compiles nothing."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_templates_run_as_they_are():
    printed = without_jit("-c", textwrap.dedent(ALONE)).splitlines()
    assert printed == ["[ 2.  8. 14.]", "[ 7. 13. 19.]", "[1. 3.]", "True"]


def test_a_step_in_plain_python_ends_as_the_compiled_one(tmp_path):
    without_jit("-c", textwrap.dedent(SCRIPT), str(tmp_path))
    for n, composition in enumerate(CHOSEN):
        expected, _ = left_by(experiment_of(composition, "always"), composition["every"])
        tolerance = {"float64": 1e-9, "float32": 2e-4}[composition["dtype"]]
        with np.load(tmp_path / f"{n}.npz") as found:
            assert set(found) == set(expected)
            for name, array in expected.items():
                largest = np.max(np.abs(array), initial=0) if np.size(array) else 0
                np.testing.assert_allclose(
                    found[name], array, rtol=tolerance, atol=tolerance * largest, err_msg=name
                )


def test_any_step_in_plain_python_does_what_the_plan_does():
    """As `test_fuse.py` for compiled ones, on 72 compositions; nothing has to be compiled."""
    options = ["-n0", "-q", "-m", "slow or not slow", "-p", "no:cacheprovider"]
    printed = without_jit("-m", "pytest", *options, str(HERE / "test_fuse.py"))
    assert "14 passed" in printed


SPEC = """
    fuse = "always"
    batch_size = {batch_size}
    [data]
    name = "noise"
    inputs = 5
    samples = 30
    [[layers]]
    neurons = 4
    rule = "bcm"
    activation = "relu"
    threshold = "moving_average"
    initializer = "normal"
    optimizer = "adam"
    constraints = ["row_norm"]
"""


@pytest.mark.parametrize(("batch_size", "template"), [(1, "online"), (10, "minibatch")])
def test_show_tells_what_a_compiled_step_is_made_of(batch_size, template, tmp_path):
    spec = tmp_path / "spec.toml"
    spec.write_text(textwrap.dedent(SPEC.format(batch_size=batch_size)))
    result = command("show", str(spec), "--kernel")
    assert result.status == 0
    names, _, calls = result.out.partition("kernel of layer_0\n")[2].partition("  draw ")
    name, module = "".join(names.split()).removeprefix("template").split("module")
    assert name == f"plasticity.fusion.templates.{template}"
    source = importlib.util.find_spec(name).origin
    assert Path(module).read_text() == Path(source).read_text()
    plugins = "plasticity_plugins"
    assert [line.split() for line in f"draw {calls}".splitlines()] == [
        ["draw", "noise", f"{plugins}.sources.noise.draw_noise"],
        ["prepare", "adam", f"{plugins}.optimizers.adam._corrected"],
        ["activate", "relu", f"{plugins}.activations.rectifiers._rectified"],
        [
            "means" if batch_size > 1 else "observe",
            "moving_average",
            f"{plugins}.thresholds.mean_square._square",
        ],
        ["estimate", "moving_average", f"{plugins}.thresholds.mean_square._faded"],
        ["rules", "lc94", f"{plugins}.rules.bcm.lc94"],
        ["learn", "adam", f"{plugins}.optimizers.adam._moved"],
        ["constrain", "row_norm", f"{plugins}.constraints.scaling._scaled"],
    ]
    assert "kernel of" not in command("show", str(spec)).out
