"""A run that goes on from its store ends with the same bytes as one that was never stopped."""

import logging
import os
import signal
from functools import partial

import numpy as np
import pytest

import plasticity as pl
from plasticity import Data, Phase, Storage, Variable, component, hookimpl, open_run
from plasticity.errors import ContractError, SpecError, StoreError
from plasticity.runs import branching
from tests.support import fused
from tests.support.recorded import (
    Meets,
    Momentum,
    Norm,
    Takes,
    assert_same,
    learning,
    left_by,
    message,
    simulation,
)
from tests.support.toys import SAMPLES, Plain


def stop():
    raise KeyboardInterrupt


def stopped(path, make, step, layer="layer_0", **changes):
    """Let a run stop right after a step, without keeping its state there."""
    with pytest.raises(KeyboardInterrupt):
        make(listeners=[Meets(step, stop, layer)], **changes).run(path)
    return open_run(path).store.checkpoints


def assert_goes_on(folder, make, step, layer="layer_0", **changes):
    """See that a run that was stopped ends as one that was not; where its state was kept."""
    kept = stopped(folder / "run", make, step, layer, **changes)
    make(**changes).resume(folder / "run")
    make(**changes).run(folder / "whole")
    assert_same(left_by(folder / "run"), left_by(folder / "whole"))
    return kept


@pytest.fixture(scope="module")
def finished(new_folder):
    """The folder of a run of four epochs."""
    path = new_folder() / "finished"
    simulation().run(path)
    return path


# -- bit for bit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "kept"), [(5, [5]), (4, [4, 8]), (3, [6, 9]), ("never", [])], ids=str
)
def test_a_run_goes_on_from_any_place_in_an_epoch(folder, every, kept):
    assert assert_goes_on(folder, simulation, 10, storage={"checkpoint": every}) == kept


def test_a_second_stop_changes_nothing(folder):
    stopped(folder / "run", simulation, 7)
    with pytest.raises(KeyboardInterrupt):
        simulation(listeners=[Meets(13, stop)]).resume(folder / "run")
    simulation().resume(folder / "run")
    simulation().run(folder / "whole")
    assert_same(left_by(folder / "run"), left_by(folder / "whole"))
    assert open_run(folder / "run").store.attributes["before"] == [
        {"reached": 7, "outcome": "interrupted"},
        {"reached": 13, "outcome": "interrupted"},
    ]


def two_layers(**changes):
    return simulation(learning(), learning(neurons=2), **changes)


@pytest.mark.parametrize("training", ["together", "layer_by_layer"])
def test_a_run_of_two_layers_goes_on(folder, training):
    kept = assert_goes_on(folder, two_layers, 13, training=training)
    assert kept == [5, 10]


def test_a_run_goes_on_in_the_second_layer_of_one_after_the_other(folder):
    kept = assert_goes_on(folder, two_layers, 7, "layer_1", training="layer_by_layer")
    assert kept == [15, 21]  # the first layer has 16 steps


def test_a_run_goes_on_within_a_phase(folder):
    phases = (Phase("grows", 2), Phase("rests", 2))
    assert assert_goes_on(folder, simulation, 10, phases=phases, epochs=None) == [5]


def compiled(listeners=(), **changes):
    layer = fused.layer(neurons=3)
    storage = Storage(checkpoint=7)
    takes = [Takes(("weights",)), *listeners]
    return fused.simulation(
        layer, batch_size=1, storage=storage, listeners=takes, shuffle=True, **changes
    )


def test_a_run_of_compiled_online_steps_goes_on(folder):
    assert compiled().stepping() == ["layer_0: compiled as one step"]
    assert assert_goes_on(folder, compiled, 40) == [28, 35]


# -- what may change -------------------------------------------------------------------------------


@component
class SoFar:
    """Measures how often it measured: a state that must go on."""

    count = Variable((), dtype="int64", description="measurements so far")

    @hookimpl
    def measure(self, layer):
        if layer.name == "layer_0":
            self.count += 1
        return {"so_far": int(self.count)}


@component
class Size:
    @hookimpl
    def measure(self, weights):
        return {"size": float(np.abs(weights).max())}


def test_metrics_may_move_and_be_added(folder):
    stopped(folder / "run", simulation, 10, metrics=[Norm(), SoFar()])
    run = simulation(metrics=[Size(), SoFar(), Norm()]).resume(folder / "run")
    whole = simulation(metrics=[Norm(), SoFar()]).run(folder / "whole")
    assert run.metrics.so_far.values.tolist() == [1, 2, 3, 4]
    assert np.isnan(run.metrics["size"].values).tolist() == [True, True, False, False]
    assert run.metrics.norm.identical(whole.metrics.norm)
    assert run.weights.identical(whole.weights)


def test_a_recording_may_grow_by_an_array(finished, folder):
    stopped(folder / "run", simulation, 10, takes=("weights",))
    run, whole = simulation().resume(folder / "run"), open_run(finished)
    assert run.trajectory.weights.identical(whole.trajectory.weights)
    assert np.isnan(run.trajectory.threshold[:10]).all()
    assert np.array_equal(run.trajectory.threshold[10:], whole.trajectory.threshold[10:])


def test_a_recording_may_end(finished, folder):
    stopped(folder / "run", simulation, 10)
    run = simulation(takes=("weights",)).resume(folder / "run")
    assert run.trajectory.weights.identical(open_run(finished).trajectory.weights)


def test_a_finished_run_made_longer_equals_a_run_of_that_length(finished, folder):
    simulation(epochs=2).run(folder / "run")
    simulation(epochs=3).resume(folder / "run")
    simulation(epochs=4).resume(folder / "run")
    assert_same(left_by(folder / "run"), left_by(finished))


def test_a_run_does_not_become_shorter_than_it_is(folder):
    stopped(folder / "run", simulation, 10)
    before = left_by(folder / "run")
    with pytest.raises(StoreError) as caught:
        simulation(epochs=1).resume(folder / "run")
    told = f"{folder / 'run'}: epoch 2 has begun already; give epochs = 2, or more"
    assert str(caught.value) == told
    assert_same(left_by(folder / "run"), before)


def test_a_last_phase_may_be_longer(finished, folder):
    grows = Phase("grows", 1)
    short = simulation(phases=(grows, Phase("rests", 1)), epochs=None)
    short.run(folder / "run")
    longer = simulation(phases=(grows, Phase("rests", 2), Phase("ends", 1)), epochs=None)
    longer.resume(folder / "run")
    assert_same(left_by(folder / "run"), left_by(finished))


@pytest.mark.parametrize("begin", [pl.resume, partial(pl.branch, out=None)])
def test_more_epochs_of_a_run_with_phases_lengthen_the_last(folder, begin):
    phases = (Phase("grows", 1), Phase("rests", 1))
    simulation(phases=phases, epochs=None).run(folder / "run")
    longer = begin(folder / "run", data=SAMPLES, epochs=4)
    assert longer.experiment.phases == (Phase("grows", 1), Phase("rests", 3))
    assert longer.store.attributes["epoch"] == 4


def test_epochs_that_end_before_the_last_phase_are_refused(folder):
    simulation(phases=(Phase("grows", 2), Phase("rests", 1)), epochs=None).run(folder / "run")
    with pytest.raises(SpecError) as refused:
        pl.resume(folder / "run", epochs=2)
    assert str(refused.value) == (
        "epochs: 2 end before the last of the phases (grows 2, rests 1) begins"
    )


def test_a_run_at_its_end_is_left_alone(folder, caplog):
    caplog.set_level(logging.INFO)
    simulation().run(folder / "run")
    before = (folder / "run/zarr.json").read_bytes()
    assert simulation().resume(folder / "run").outcome == "finished"
    assert (folder / "run/zarr.json").read_bytes() == before
    assert f"{folder}/run: has run to its end; more epochs let it go on" in caplog.messages
    assert not (folder / "run/.lock").exists()


def test_a_run_that_was_interrupted_right_at_its_end_is_brought_to_it(finished, folder):
    stopped(folder / "run", simulation, 16, storage={"checkpoint": 16})
    interrupts = [Meets(16, lambda: os.kill(os.getpid(), signal.SIGINT))]
    with pytest.raises(KeyboardInterrupt):
        simulation(listeners=interrupts).resume(folder / "run")
    assert open_run(folder / "run").store.checkpoints[-1] == 16
    simulation().resume(folder / "run")
    assert_same(left_by(folder / "run"), left_by(finished))


# -- what may not ----------------------------------------------------------------------------------

WAY_OUT = (
    "go on with that of the store, or start a run of its own from a checkpoint with `plasticity "
    "branch`"
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 4}, ["seed: 3 in the store, 4 now"]),
        ({"shuffle": False, "dtype": "float64"}, [
            "dtype: float32 in the store, float64 now",
            "shuffle: yes in the store, no now",
        ]),
        ({"phases": (Phase("rests", 9),), "epochs": None}, [
            "phases: – in the store, rests now",
            "phases.rests.epochs: – in the store, 9 now",
        ]),
        ({"encoders": []}, ["encoders: tests.support.recorded:Noise in the store, – now"]),
    ],
)  # fmt: skip
def test_another_experiment_is_refused_with_the_difference(finished, changes, told):
    lines = "".join(f"  {line}\n" for line in told)
    assert message(simulation(**changes).resume, finished) == (
        f"{finished}: is of another experiment:\n{lines}{WAY_OUT}"
    )


def test_a_setting_that_differs_in_its_last_digit_is_refused(folder):
    simulation(learning(optimizer=Plain(rate=0.1))).run(folder / "run")
    other = simulation(learning(optimizer=Plain(rate=0.100000001)), epochs=5)
    assert message(other.resume, folder / "run") == (
        f"{folder}/run: is of another experiment:\n"
        f"  optimizer.rate: – in the store, 0.100000001 now\n{WAY_OUT}"
    )


def test_other_data_are_refused(finished):
    other = Data(SAMPLES * 2)
    then, now = Data(SAMPLES).fingerprint()["sha256"], other.fingerprint()["sha256"]
    assert message(simulation(data=other, epochs=5).resume, finished) == (
        f"{finished}: is of another experiment:\n"
        f"  data.sha256: {then} in the store, {now} now\n{WAY_OUT}"
    )


def test_a_refused_run_leaves_the_store_as_it_was(finished):
    before = (finished / "zarr.json").read_bytes()
    message(simulation(seed=4).resume, finished)
    assert (finished / "zarr.json").read_bytes() == before
    assert not (finished / ".lock").exists()


def test_where_there_is_no_store_nothing_goes_on(folder):
    assert message(simulation().resume, folder / "run") == (f"{folder}/run: there is nothing there")
    assert list(folder.iterdir()) == []


# -- branches --------------------------------------------------------------------------------------


def branch_of(place, made, at):
    return branching(open_run(place).store, made.experiment, at, [Takes()])


def test_a_branch_without_a_change_repeats_the_run_from_there(finished, folder):
    again, parent = branch_of(finished, simulation(), 15)
    again.run(folder / "branch", parent=parent)
    run, whole = open_run(folder / "branch"), open_run(finished)
    assert run.weights.identical(whole.weights)
    assert run.trajectory.load().identical(whole.trajectory.isel(step=slice(15, None)).load())


def test_a_branch_tells_its_parent(finished, folder):
    again, parent = branch_of(finished, simulation(), 15)
    attributes = again.run(folder / "branch", parent=parent).store.attributes
    of_parent = open_run(finished).store.attributes
    assert attributes["parent"] == {"id": of_parent["id"], "step": 15, "name": "finished"}
    assert attributes["id"] != of_parent["id"]


def test_a_branch_can_go_on_as_any_run(finished, folder):
    again, parent = branch_of(finished, simulation(epochs=6), 15)
    again.run(folder / "whole", parent=parent)
    again, parent = branch_of(finished, simulation(epochs=6), 15)
    again.register(Meets(22, stop))
    with pytest.raises(KeyboardInterrupt):
        again.run(folder / "run", parent=parent)
    simulation(epochs=6).resume(folder / "run")
    assert_same(left_by(folder / "run"), left_by(folder / "whole"))
    assert open_run(folder / "run").store.attributes["parent"]["step"] == 15


def test_an_optimizer_that_the_run_did_not_have_starts_anew(folder, caplog):
    caplog.set_level(logging.INFO)
    begun = simulation(learning(optimizer=Plain())).run(folder / "run")
    other = simulation(learning(optimizer=Momentum()))
    again, parent = branch_of(folder / "run", other, 15)
    assert "layers[0].optimizer 'momentum' starts anew" in caplog.messages
    state = again.run(None, parent=parent).state()
    moved = state.weights.values - begun.trajectory.weights.sel(step=15).values
    velocity = state["layers[0].optimizer.velocity"].values
    np.testing.assert_allclose(moved, 0.01 * velocity, rtol=1e-3)


def test_a_state_of_another_shape_is_refused(finished):
    other = simulation(learning(neurons=5))
    assert message(branch_of, finished, other, 15, error=ContractError) == (
        "layer_0: 'threshold' is of shape (5,), but in the state to go on from of shape (3,)"
    )


def test_a_step_without_a_state_is_refused_telling_which_have_one(finished):
    assert message(branch_of, finished, simulation(), 7) == (
        f"{finished}: there is no checkpoint after step 7 (there are 15, 16); storage.kept tells "
        "how many stay"
    )


# -- in one call -----------------------------------------------------------------------------------

SMALL = {
    "data": SAMPLES,
    "neurons": 3,
    "batch_size": 5,
    "observers": [],
    "metrics": [],
    "fuse": "never",
}


def test_a_preset_can_be_made_longer_and_branched_by_name(folder):
    pl.run("bcm", epochs=2, out=folder / "run", **SMALL)
    longer = pl.resume(folder / "run", data=SAMPLES, epochs=3)
    branch = pl.branch(folder / "run", folder / "branch", at=8, data=SAMPLES)
    assert longer.store.attributes["epoch"] == 3
    assert branch.weights.identical(longer.weights)
    assert open_run(folder / "branch").store.attributes["parent"]["step"] == 8
