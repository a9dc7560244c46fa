"""The store of a run: what is in it, who may read it, and what survives a bad end."""

import gc
import json
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import datetime

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Data, Run, Variable, assemble, component, hookimpl, open_run, setting
from plasticity.errors import ComponentError, ContractError
from plasticity.store.background import BackgroundWriter
from plasticity.store.commit.staged import StagedStore
from plasticity.store.series import Column, Series
from tests.support.toys import SAMPLES, experiment, layer


class Taker:
    """Takes weights, or what it is told to, after each step."""

    def __init__(self, *names, every=1, group="trajectory"):
        self.names, self.every, self.group = names or ("weights",), every, group
        self.frames, self.recording = [], None

    @hookimpl
    def run_started(self, store):
        self.store, self.recording = store, None

    @hookimpl
    def step_finished(self, layer, weights):
        if self.recording is None:
            self.recording = self.store.record(layer, self.names, group=self.group)
        self.recording.take()
        self.frames.append(weights.copy())


@component
class Norm:
    """Measures the norm of each neuron's weights, and now and then something else."""

    describes = {  # noqa: RUF012 - a plain class as a user writes it
        "norm": {"long_name": "norm of the weights", "units": "mV"}
    }

    @hookimpl
    def measure(self, weights, clock):
        found = {"norm": np.linalg.norm(weights, axis=1), "step_twice": 2 * clock.step}
        return found | ({"seldom": 1.0} if clock.step == 3 else {})


@component
class Breaks:
    step: int = setting(doc="step at which it breaks")
    error: str = setting(default="mine", doc="whose error it is")

    @hookimpl
    def constrain_weights(self, clock):
        if clock.step == self.step:
            raise KeyboardInterrupt if self.error == "user" else RuntimeError("broken")


@component
class Counts:
    """Keeps integers, also one for each sample, and one in all."""

    total = Variable((), dtype="int64", unit="spikes", description="spikes in all")
    winner = Variable(("neuron", 2), dtype="int64", description="last winners")

    @hookimpl
    def constrain_weights(self):
        self.total += 1
        self.winner += 3


# -- what is in it -----------------------------------------------------------------------------


@pytest.fixture(params=["memory", "disk"])
def place(request, tmp_path):
    """None, or the folder of a store to be."""
    return None if request.param == "memory" else tmp_path / "run.zarr"


def test_xarray_opens_a_store_without_help_and_without_a_warning(tmp_path):
    taker = Taker()
    simulation = assemble(experiment(metrics=[Norm()], epochs=2), [taker])
    simulation.run(tmp_path / "run.zarr")
    with xr.open_datatree(tmp_path / "run.zarr", engine="zarr") as tree:
        trajectory = tree["layer_0/trajectory"]
        assert trajectory["weights"].dims == ("step", "neuron", "input")
        assert trajectory["step"].values.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
        assert trajectory["epoch"].values.tolist() == [0, 0, 0, 1, 1, 1, 1, 2]
        assert set(trajectory.coords) == {"step", "epoch"}
        assert trajectory["weights"].attrs == {
            "long_name": "synaptic weights",
            "units": "1",
            "source": "plain",
        }
        assert np.array_equal(trajectory["weights"].values, taker.frames)
        assert np.array_equal(tree["layer_0/state/weights"].values, taker.frames[-1])
        assert tree["layer_0/metrics/norm"].dims == ("step", "neuron")


def test_the_files_of_an_array_lie_in_its_folder(tmp_path):
    assemble(experiment(epochs=2), [Taker()]).run(tmp_path / "run.zarr")
    for node in ("trajectory/step", "trajectory/weights", "state/weights"):
        folder = tmp_path / "run.zarr" / "layer_0" / node
        assert not [path for path in folder.iterdir() if path.is_dir()]


def test_what_was_recorded_comes_back_bit_for_bit(place):
    taker = Taker()
    run = assemble(experiment(epochs=3), [taker]).run(place)
    assert run.trajectory.weights.dtype == np.float32
    assert np.array_equal(run.trajectory.weights.values, taker.frames)
    assert np.array_equal(run.weights.values, taker.frames[-1])


def test_the_attributes_tell_how_the_run_came_about(place):
    spec = experiment(epochs=2)
    attributes = assemble(spec).run(place).store.attributes
    assert len(attributes.pop("id")) == 32
    assert datetime.fromisoformat(attributes.pop("committed")).tzinfo is not None
    versions = attributes.pop("versions")
    assert versions["numpy"] == np.__version__
    assert sorted(versions) == [
        "numba", "numpy", "plasticity-lab", "pluggy", "python", "xarray", "zarr",
    ]  # fmt: skip
    assert attributes == {
        "plasticity_format": 2,
        "spec": spec.to_dict(),
        "seed": 3,
        "layers": ["layer_0"],
        "data": Data(SAMPLES).fingerprint(),
        "image_shape": None,
        "outcome": "finished",
        "compiled": [],
        "notices": [],
        "reached": 8,
        "reached_at_end": 8,
        "step": 8,
        "epoch": 2,
    }


def test_a_measurement_has_the_labels_that_its_metric_gives(place):
    metrics = assemble(experiment(metrics=[Norm()])).run(place).metrics
    assert metrics.norm.attrs == {
        "long_name": "norm of the weights",
        "units": "mV",
        "source": "norm",
    }
    assert metrics.step_twice.attrs == {}


def test_measurements_keep_the_order_in_which_they_came(place):
    run = assemble(experiment(metrics=[Norm()], measure_every=1)).run(place)
    assert list(run.metrics.data_vars) == ["norm", "step_twice", "seldom"]


def test_a_measurement_that_is_missing_at_a_step_is_nan_there(place):
    run = assemble(experiment(metrics=[Norm()], measure_every=1)).run(place)
    assert np.array_equal(run.metrics.seldom, [np.nan, np.nan, 1, np.nan], equal_nan=True)
    assert run.metrics.step_twice.values.tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize("value", ["high", np.zeros((3, 2)), np.zeros(4), 1j])
def test_a_measurement_that_is_no_number_a_neuron_is_refused(value):
    class Odd:
        @hookimpl
        def measure(self):
            return {"odd": value}

    array = np.asarray(value)
    with pytest.raises(ContractError) as caught:
        assemble(experiment(), [Odd()]).run()
    assert str(caught.value) == (
        f"'odd' measured 'odd' as {array.dtype} of shape {array.shape}; a measurement is a number, "
        "or a number for each of the 3 neurons"
    )


def test_a_listener_may_measure_where_the_spec_has_no_metric():
    class Listens:
        @hookimpl
        def measure(self, clock):
            return {"twice": 2 * clock.step}

    assert assemble(experiment(), [Listens()]).run().metrics.twice.values.tolist() == [8]


def test_arrays_of_components_keep_type_dimensions_and_unit(place):
    taker = Taker("layers[0].constraints[0].total", "layers[0].constraints[0].winner")
    run = assemble(experiment(layer(constraints=[Counts()])), [taker]).run(place)
    total, winner = (run.trajectory[name] for name in taker.names)
    assert total.dims == ("step",)
    assert total.dtype == np.int64
    assert total.values.tolist() == [1, 2, 3, 4]
    assert total.attrs == {"long_name": "spikes in all", "units": "spikes", "source": "counts"}
    assert winner.sizes == {"step": 4, "neuron": 3, "layers[0].constraints[0].winner_1": 2}
    assert run.state()["layers[0].constraints[0].total"].item() == 4


def test_a_run_in_memory_outlives_its_simulation():
    run = assemble(experiment(), [Taker()]).run()
    weights, trajectory = run.weights, run.trajectory
    del run
    gc.collect()
    assert np.array_equal(weights.values, trajectory.weights.values[-1])


def test_a_run_can_be_read_while_it_is_going_on(place):
    seen = []

    class Keeps:
        @hookimpl
        def run_started(self, store):
            self.store = store

        @hookimpl
        def epoch_finished(self):
            seen.append(self.store.dataset("layer_0/trajectory").sizes["step"])

    assemble(experiment(epochs=3), [Taker(), Keeps()]).run(place)
    assert seen == [4, 8, 12]


def test_nothing_recorded_is_an_empty_dataset(place):
    run = assemble(experiment()).run(place)
    assert len(run.trajectory) == len(run.metrics) == 0


@given(
    st.lists(st.booleans(), min_size=1, max_size=40),
    st.integers(1, 500),
    st.sets(st.integers(0, 40)),
    st.integers(0, 60),
    st.sampled_from(["zstd", "none", None]),
    st.booleans(),
)
def test_a_series_gives_back_every_frame(present, room, flushed_at, reopened_at, compression, late):
    # Of a block that is not full the writer reads what there was when it was told to.
    writer = BackgroundWriter(10**6 if late else 1000, threaded=compression is not None)
    goes_on = threading.Event()
    if late and compression is not None:
        writer.put(goes_on.wait)
    store = StagedStore(zarr.storage.MemoryStore())
    store.put_group("")
    series = Series(store, "frames", writer, room, compression or "none")
    always = Column((2,), np.dtype("float32"), ("neuron",), {})
    sometimes = Column((), np.dtype("float64"), (), {})
    expected = []
    series.describe("always", always)
    for step, there in enumerate(present):
        frame = {"always": np.full(2, step, np.float32)}
        if there:
            series.describe("sometimes", sometimes)
            frame["sometimes"] = np.float64(step)
        series.append(step, step // 3, frame)
        expected.append(step if there else np.nan)
        if step in flushed_at:
            series.flush()
        if step == reopened_at:
            series.flush()
            goes_on.set()
            writer.wait()
            series = Series(store, "frames", writer, room, compression or "none")
            series.append(step, 0, frame)  # which is there already
    series.flush()
    goes_on.set()
    writer.close()
    group = zarr.open_group(store, path="frames")
    steps = np.arange(len(present))
    assert np.array_equal(group["step"][:], steps)
    assert np.array_equal(group["epoch"][:], steps // 3)
    assert np.array_equal(group["always"][:], np.stack([steps, steps], axis=1))
    if any(present):
        assert np.array_equal(group["sometimes"][:], expected, equal_nan=True)


# -- bad ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["mine", "user"])
def test_what_was_recorded_before_a_failure_is_there(place, error):
    taker = Taker()
    breaking = experiment(layer(constraints=[Breaks(step=6, error=error)]), epochs=3)
    simulation = assemble(breaking, [taker])
    with pytest.raises(KeyboardInterrupt if error == "user" else ComponentError):
        simulation.run(place)
    run = Run(simulation.store) if place is None else open_run(place)
    assert run.outcome == (
        "interrupted"
        if error == "user"
        else "failed: 'breaks' in event constrain_weights at step 6 (epoch 1) raised RuntimeError: "
        "broken; what was recorded until then is kept"
    )
    assert run.trajectory.step.values.tolist() == [1, 2, 3, 4, 5, 6]
    assert np.array_equal(run.trajectory.weights.values, taker.frames)


def test_a_store_is_readable_after_ctrl_c(tmp_path):
    script = textwrap.dedent("""
        import sys, time
        import plasticity as pl

        class Slow:
            @pl.hookimpl
            def step_finished(self, clock):
                if clock.step == 5:
                    print("ready", flush=True)
                time.sleep(0.01)

        recorder = {"name": "recorder", "variables": ["weights"], "every": 1, "first": False}
        pl.run("bcm", neurons=3, epochs=1000, metrics=[], observers=[recorder], out=sys.argv[1],
               listeners=[Slow()])
    """)
    path = tmp_path / "run.zarr"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    run = open_run(path)
    steps = run.trajectory.step.values
    assert run.outcome == "interrupted"
    assert run.store.attributes["step"] == len(steps) >= 5
    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert np.array_equal(run.trajectory.weights.values[-1], run.weights.values)
    assert json.loads((path / "zarr.json").read_bytes())["attributes"]["outcome"] == "interrupted"


def test_a_run_that_waits_for_the_store_for_long_is_told_so_once(caplog, monkeypatch):
    passes, now = 0.01, 0.0

    def clock():
        nonlocal now
        now += passes
        return now

    monkeypatch.setattr("plasticity.store.background.perf_counter", clock)
    writer = BackgroundWriter(1000)

    def write(times):
        for _ in range(times):
            writer.put(time.sleep, 0.01, size=800)

    write(2)
    assert caplog.messages == []
    passes = 10.0
    write(20)
    writer.close()
    (told,) = caplog.messages
    assert re.fullmatch(
        r"more is recorded than can be written: the run has waited \d+ s for the store, as it does "
        "whenever 1 kB are waiting; record less often, or give storage a larger buffer",
        told,
    )


def test_what_goes_wrong_beside_the_run_is_raised_by_the_next_write():
    def fails():
        raise OSError("no space left")

    writer = BackgroundWriter(1000)
    writer.put(fails)
    for call in (writer.wait, writer.close):
        with pytest.raises(OSError, match="no space left"):
            call()
