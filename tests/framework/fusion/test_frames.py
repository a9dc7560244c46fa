"""Frames that a stretch of compiled steps takes are those that a listener would have taken."""

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plasticity import Offer, Storage, component, hookimpl, open_run
from plasticity.components.cadence import Steps
from plasticity.errors import ComponentError, ContractError
from plasticity.network.capture import Frames
from plasticity_plugins.metrics.weights import WeightNorm
from plasticity_plugins.observers.recorder import Recorder
from plasticity_plugins.optimizers.sgd import Momentum
from tests.support.fused import BCM, LARGE, layer, simulation

NEURON, SYNAPSES = ("weights", "threshold"), ("velocity",)
LZ4 = Storage(compression="lz4")
PARTS = {"threshold": BCM["threshold"], "rule": BCM["rule"], "optimizer": Momentum()}


@component
class Hears(Recorder):
    """A recorder of which nobody knows what it does when it hears a step: it hears each."""


def groups(cls, told, *layers, **changes):
    """What some recorders take of a run, with one sample a step unless told."""
    told = [{"first": False, **each} for each in told]
    recorders = [cls(group=f"group_{n}", **each) for n, each in enumerate(told)]
    layers, changes = layers or (layer(**PARTS),), {"batch_size": 1} | changes
    made = simulation(*layers, observers=recorders, **changes)
    run = made.run()
    return [run.store.dataset(f"layer_0/group_{n}").load() for n in range(len(told))]


def assert_all_identical(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.identical(other)


@pytest.fixture
def handed_over(monkeypatch):
    """Counts the frames that stretches hand over."""
    counts, as_it_is = [], Frames.hand_over

    def hand_over(self):
        counts.append(len(self.due))
        as_it_is(self)

    monkeypatch.setattr(Frames, "hand_over", hand_over)
    return counts


TOTALS = ["mean(activity)", "mean(activity)**2 - 2 * sum(threshold)"]
OTHERS = [
    "std(weights, 'input')",
    "norm(x)",
    "activity * threshold",
    "quantile(weights, 0.3)",
    "quantile(activity, minimum(mean(weights)**2, 1))",
    "1 + 1",
]

CADENCES = st.one_of(
    st.builds(lambda every: {"every": every}, st.integers(1, 40)),
    st.builds(lambda at: {"at": at}, st.lists(st.integers(1, 90), min_size=1, max_size=9)),
    st.just({"every": "4 per decade"}),
    st.just({"every": "1 epoch"}),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    cadences=st.lists(CADENCES, min_size=1, max_size=2),
    names=st.sampled_from([NEURON, (*NEURON, *SYNAPSES)]),
    probes=st.sampled_from([[], TOTALS, [*TOTALS, *OTHERS]]),
    epochs=st.integers(1, 3),
    rows=st.integers(1, 30),
    batch_size=st.sampled_from([1, 7]),
    measure_every=st.sampled_from([0, 7]),
)
def test_a_store_is_the_same_whether_a_recorder_hears_or_not(
    cadences, names, probes, epochs, rows, batch_size, measure_every
):
    made = {f"probe_{n}": text for n, text in enumerate(probes)}
    told = [cadence | {"variables": names, "probes": made} for cadence in cadences]
    samples = np.random.default_rng(rows).random((rows, 6))
    changes = {
        "samples": samples,
        "epochs": epochs,
        "batch_size": min(batch_size, rows),
        "measure_every": measure_every,
    }
    assert_all_identical(groups(Recorder, told, **changes), groups(Hears, told, **changes))


def test_the_frames_are_those_of_the_plan():
    told = [{"every": 4, "variables": NEURON}]
    (found,), (planned,) = (groups(Recorder, told, fuse=fuse) for fuse in ("always", "never"))
    assert found.attrs == planned.attrs
    assert found.step.identical(planned.step)
    assert found.step.values.tolist() == list(range(4, 91, 4))
    assert found.epoch.values.tolist() == [step // 30 for step in range(4, 91, 4)]
    for name in NEURON:
        np.testing.assert_allclose(found[name], planned[name], rtol=1e-5, atol=1e-6)


def test_all_frames_but_that_of_the_first_step_are_handed_over(handed_over):
    groups(Recorder, [{"every": 1, "variables": NEURON}])
    # After step 32 a diagnostic looks at the layer.
    assert handed_over == [29, 2, 28, 30]


def test_a_stretch_is_no_longer_than_there_is_room_for_its_frames(handed_over, monkeypatch):
    told = [{"every": every, "variables": NEURON} for every in (2, 3)]
    expected = groups(Hears, told)
    monkeypatch.setattr("plasticity.network.capture._SLOTS", 4)
    assert_all_identical(groups(Recorder, told), expected)
    assert max(handed_over) == 4


def files_of(folder):
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# A stretch ends where the block is full, where the epoch ends, or where a diagnostic looks: at 32.
@pytest.mark.parametrize(
    ("frames", "counts"), [(5, [4, *5 * [5], 2, 3, *11 * [5]]), (29, [28, 1, 2, 26, 2, 27, 3])]
)
def test_frames_that_fill_several_blocks_are_in_each_as_if_they_came_one_by_one(
    frames, counts, monkeypatch, tmp_path, handed_over
):
    monkeypatch.setattr("plasticity.store.series.frames_per_buffer", lambda *_: frames)
    files = []
    for cls in (Recorder, Hears):
        # With zstd the time that the run takes has a say in how a file is packed.
        changes = {"observers": [cls(every=1, first=False, variables=NEURON)], "storage": LZ4}
        simulation(layer(**PARTS), batch_size=1, **changes).run(tmp_path / cls.__name__)
        files.append(files_of(tmp_path / cls.__name__ / "layer_0" / "trajectory"))
    assert files[0] == files[1]
    assert len(files[0]) > 4
    assert handed_over == counts


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="there is one core")
def test_a_large_array_that_threads_copy_together_is_copied_whole(monkeypatch, handed_over):
    large = layer(neurons=50, **PARTS), {"samples": LARGE, "batch_size": 50, "epochs": 4}
    told = [{"every": 2, "variables": ("weights",)}]
    expected = groups(Hears, told, large[0], **large[1])
    monkeypatch.setattr("plasticity.fusion.chunk._WORTH_SHARING", 100)
    assert_all_identical(groups(Recorder, told, large[0], **large[1]), expected)
    assert sum(handed_over) > 4


NOT_PLAIN = {
    "when": {"when": "mean(weights) > 0"},
    "at_most": {"at_most": "1 kB"},
    "neurons": {"neurons": (0, 2)},
    "reduce": {"reduce": "mean"},
    "probes": {"probes": {"spread": lambda layer: layer.array("weights").std()}},
    "precision": {"precision": "float16"},
    "bits": {"bits": 5},
    "activity": {"variables": ("weights", "activity")},
}


@pytest.mark.parametrize("told", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_a_recorder_that_takes_more_than_whole_arrays_hears_each_of_its_steps(told, handed_over):
    told = [{"every": 4, "variables": ("weights",), **told}]
    assert_all_identical(groups(Recorder, told), groups(Hears, told))
    assert handed_over == []


def test_a_count_of_steps_that_moves_at_the_end_of_a_stretch_is_heard_at_each_step(handed_over):
    recorder = Recorder(every=3, first=False, variables=("weights", "count"))
    adam = layer(optimizer=BCM["optimizer"])
    trajectory = simulation(adam, batch_size=1, observers=[recorder]).run().trajectory
    assert trajectory["count"].values.tolist() == list(range(3, 91, 3))
    assert handed_over == []


class Halts:
    """Looks every ten steps whether to end the run."""

    every = 10

    @hookimpl
    def should_stop(self, clock):
        return "halted" if clock.step == 50 else None


def test_who_hears_a_step_hears_it_together_with_the_recorder(handed_over):
    told = [{"every": 5, "variables": NEURON}]
    found = groups(Recorder, told, listeners=[Halts()])
    assert_all_identical(found, groups(Hears, told, listeners=[Halts()]))
    assert found[0].step.values[-1] == 50
    # Of steps 31 and 32, after which a diagnostic looks, none is recorded.
    assert handed_over == [2, 2, 2, 0, 2, 2]


def test_a_run_that_goes_on_from_a_checkpoint_leaves_the_same_frames(tmp_path, handed_over):
    def made(listeners=()):
        observers = [Recorder(every=3, first=False, variables=NEURON)]
        changes = {"storage": Storage(checkpoint=7), "listeners": listeners}
        return simulation(layer(**PARTS), batch_size=1, observers=observers, **changes)

    class Fails:
        every = 53

        @hookimpl
        def step_finished(self):
            raise ValueError("halted")

    whole = made().run(tmp_path / "whole.zarr").trajectory.load()
    with pytest.raises(ComponentError):
        made([Fails()]).run(tmp_path / "halted.zarr")
    assert open_run(tmp_path / "halted.zarr").trajectory.step.values[-1] == 51
    made().resume(tmp_path / "halted.zarr")
    found = open_run(tmp_path / "halted.zarr").trajectory.load()
    assert found.drop_attrs(deep=False).identical(whole.drop_attrs(deep=False))
    assert sum(handed_over) > 0


class Counts:
    """A listener that notes the steps that it hears, and those whose frames it gets instead."""

    every = 5

    def __init__(self, **told):
        self.heard, self.taken, self.epochs, self.told = [], [], [], told

    def kept_in_stretch(self, layer):
        if not self.heard:
            return None
        return Offer(cadence=Steps(5), seen=("weights",), take=self.take, **self.told)

    def take(self, steps, epochs, frames, sums):
        assert len(frames["weights"]) == len(steps)
        self.taken += steps.tolist()
        self.epochs += epochs.tolist()

    @hookimpl
    def step_finished(self, clock):
        self.heard.append(clock.step)


# Where a metric measures, everybody is asked again who listens to this very step.
@pytest.mark.parametrize("measure_every", [0, 5, 7])
def test_a_step_whose_frame_is_taken_is_not_heard_as_well(measure_every):
    counts = Counts()
    changes = {"measure_every": measure_every, "metrics": [WeightNorm()]}
    simulation(layer(), batch_size=1, listeners=[counts], **changes).run()
    assert counts.heard == [5]
    assert counts.taken == list(range(10, 91, 5))
    assert counts.epochs == [step // 30 for step in counts.taken]


def test_who_has_no_room_for_a_frame_hears_its_steps():
    counts = Counts(room=lambda: 0)
    simulation(layer(), batch_size=1, listeners=[counts]).run()
    assert counts.heard == list(range(5, 91, 5))
    assert counts.taken == []


def test_what_is_no_offer_is_told():
    counts = Counts()
    counts.kept_in_stretch = lambda layer: ("weights",)
    with pytest.raises(ContractError) as caught:
        simulation(layer(), batch_size=1, listeners=[counts]).run()
    assert str(caught.value) == (
        "'counts' returned tuple from kept_in_stretch, which returns a plasticity.Offer, or None"
    )


def test_who_cannot_tell_its_room_is_named():
    counts = Counts(room=lambda: 1 // 0)
    with pytest.raises(ComponentError, match="'counts' in event step_finished at step 5"):
        simulation(layer(), batch_size=1, listeners=[counts]).run()


class Offers:
    """A listener that lets stretches take its frames, and fails to keep them."""

    every = 5

    def kept_in_stretch(self, layer):
        return Offer(cadence=Steps(5), seen=("weights",), take=self.take)

    def take(self, steps, epoch, frames, sums):
        raise OSError("no space")

    @hookimpl
    def step_finished(self, layer): ...


def test_who_fails_with_its_frames_is_named():
    with pytest.raises(ComponentError) as caught:
        simulation(layer(), batch_size=1, listeners=[Offers()]).run()
    assert str(caught.value) == (
        "'offers' in event step_finished at step 30 (epoch 1) raised OSError: no space; what was "
        "recorded until then is kept"
    )
