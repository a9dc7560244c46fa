"""Cores, threads and forked processes change no bit. It takes about 30 seconds."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import plasticity as pl
from plasticity.fusion.blocks import parts_of_step
from plasticity.machine.threads import threads

SCRIPT = textwrap.dedent(
    """
    import hashlib, sys
    import numpy as np
    import plasticity as pl

    out, stopped = sys.argv[1:]
    samples = np.random.default_rng(0).random((500, 200)).astype("float32")
    lateral = {"name": "lateral.exponential"}
    given = {"neurons": 50, "epochs": 2, "seed": 1, "observers": [], "metrics": []}

    class Stops:
        @pl.hookimpl
        def should_stop(self, clock):
            return "enough" if clock.step == 3 else None

    def told(run):
        return hashlib.sha256(run.weights.values.tobytes()).hexdigest()

    def run(preset, dtype="float32", batch_size=100, **more):
        how = {"fuse": "always", "dtype": dtype, "batch_size": batch_size}
        return pl.run(preset, data=samples, **{**given, **how, **more})

    print(told(run("krotov_hopfield")))
    print(told(run("krotov_hopfield", dtype="float64")))
    print(told(run("krotov_hopfield", batch_size=1)))
    print(told(run("bcm", dtype="float64")))
    print(told(run("bcm", lateral=lateral)))
    run("krotov_hopfield", out=out, listeners=[Stops()])
    if stopped:
        print(told(pl.resume(stopped, data=samples)))
    """
)


def told_by(tmp_path, cores, stopped=""):
    environment = {key: value for key, value in os.environ.items() if "NUM_THREADS" not in key}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / str(cores)), str(stopped)],
        env=environment | {"NUMBA_NUM_THREADS": str(cores)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_one_core_two_and_four_give_the_same_bits_and_go_on_from_each_other(tmp_path):
    one = told_by(tmp_path, 1)
    two = told_by(tmp_path, 2, stopped=tmp_path / "1")
    four = told_by(tmp_path, 4, stopped=tmp_path / "2")
    assert len(set(one)) == 5
    assert two == four == [*one, one[0]]


@pytest.mark.parametrize(
    ("part", "array", "neurons", "n_input"),
    [
        ({"encoders": ["whiten"]}, "whitening", 2, 300),
        ({"lateral": "lateral.exponential"}, "inverse", 300, 2),
    ],
)
def test_what_is_computed_before_the_first_step_is_the_same_on_two_threads_of_blas(
    part, array, neurons, n_input
):
    samples = np.random.default_rng(0).random((1000, n_input))
    tables = {"neurons": neurons, "rule": "hebb", "activation": "relu", "optimizer": "sgd"}
    made = pl.Experiment.from_dict(
        {"data": "digits", "layers": [tables | {"initializer": "normal"}], "dtype": "float64"}
    ).with_(data=pl.Data(samples), **part)

    def computed(count):
        with threads(count):
            simulation = pl.assemble(made)
        states = simulation.network.states
        parts = [part for state in states for part in state.components.values()]
        (found,) = [getattr(part, array) for part in parts if hasattr(part, array)]
        return found

    one, two = computed(1), computed(2)
    assert np.any(one)
    assert np.array_equal(one, two)


@pytest.mark.parametrize("n_input", [784, 3072])
def test_sixteen_cores_have_something_to_do_in_a_layer_of_2000_neurons(n_input):
    assert parts_of_step(2000, 100, n_input)[0] >= 16
    assert parts_of_step(2000, 1000, n_input)[1] >= 16


FORKED = textwrap.dedent(
    """
    import multiprocessing
    import numpy as np
    import plasticity as pl

    samples = np.random.default_rng(0).random((300, 200)).astype("float32")
    given = {"neurons": 50, "epochs": 1, "seed": 1, "observers": [], "metrics": []}

    def weights(fuse):
        run = pl.run("krotov_hopfield", data=samples, fuse=fuse, **given)
        return run.weights.values.tobytes()

    kinds = ["always", "never"]
    alone = [weights(fuse) for fuse in kinds]
    with multiprocessing.get_context("fork").Pool(1) as pool:
        forked = pool.map_async(weights, kinds).get(timeout=120)
    print(forked == alone)
    """
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_runs_compiled_steps_after_its_parent_has():
    done = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
