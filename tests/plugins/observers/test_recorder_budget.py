"""A recorder within a budget of bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plasticity import Storage, assemble, hookimpl
from plasticity.components.cadence import GivenSteps, LogSteps, Steps
from plasticity.errors import ComponentError
from plasticity_plugins.observers.recorder import DOUBLINGS, FRAMES, Recorder, thin
from tests.support.recorders import recorded, refused
from tests.support.toys import experiment, layer


def by_budget(cadence, n_step, most):
    """The steps at which frames are taken, and the cadences."""
    progress, step, taken, held = np.zeros(3, np.int64), 0, [], cadence
    while (step := held.following(step)) is not None and step <= n_step:
        if progress[FRAMES] < most:
            taken.append(step)
            if thin(progress, cadence, step, n_step, most):
                held = cadence.thinned(2 ** int(progress[DOUBLINGS]))
    return taken


cadences = st.one_of(
    st.builds(Steps, st.integers(1, 9)),
    st.builds(GivenSteps, st.lists(st.integers(1, 900), min_size=1, max_size=99)),
    st.builds(LogSteps, st.integers(1, 60)),
)


@given(cadences, st.integers(1, 3000), st.integers(1, 100))
def test_frames_never_exceed_the_budget_and_fill_half_of_it(cadence, n_step, most):
    taken = by_budget(cadence, n_step, most)
    assert len(taken) <= most
    assert len(taken) >= min(cadence.count(0, n_step), most // 2)


def test_half_of_the_budget_is_dense_and_the_rest_reaches_to_the_end():
    assert by_budget(Steps(1), 1000, 40) == [*range(1, 21), *range(64, 1000, 64)]
    assert by_budget(Steps(10), 1000, 100) == list(range(10, 1001, 10))


FRAME = 16 + 4 * 3 * 4  # step, epoch and the weights


def test_the_budget_thins_the_cadence_and_the_attributes_tell_how():
    run, _ = recorded(every=1, epochs=10, at_most=f"{8 * FRAME} B")
    assert run.trajectory.step.values.tolist() == [1, 2, 3, 4, 16, 32]
    assert run.trajectory.attrs["at_most"] == "512 B"
    told = "from step 1: every step; from step 5: every 16 steps"
    assert run.trajectory.attrs["cadence"] == told


def test_each_layer_has_its_share_of_the_budget():
    run, _ = recorded(layer(), layer(neurons=3), every=1, epochs=10, at_most=f"{16 * FRAME} B")
    assert len(run.recorded(layer=0).step) == 6
    # A frame of the layer above has 3 inputs in place of 4, so there is room for one more.
    assert len(run.recorded(layer=1).step) == 7


def test_a_frame_that_is_larger_than_the_budget_is_refused():
    assert refused(every=8, at_most="1 B").split("\n")[0] == (
        "recorder: at_most is 1 B, of which layer_0 has 1 bytes, but a frame of it has 64"
    )


@pytest.mark.parametrize("stop", [1, 5, 17, 33, 57])
def test_a_run_that_goes_on_thins_as_the_one_that_was_never_interrupted(stop):
    class Takes:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == stop:
                self.taken = self.simulation.snapshot()

    def made(*listeners):
        told = Recorder(
            every=1, first=False, at_most=f"{20 * FRAME} B", when="mean(weights) > 0.055"
        )
        return assemble(experiment(epochs=16, observers=[told]), listeners)

    takes = Takes()
    takes.simulation = made(takes)
    whole = takes.simulation.run().trajectory
    rest = made()
    rest.restore(takes.taken)
    after = whole.step.values > stop
    assert rest.run().trajectory.step.values.tolist() == whole.step.values[after].tolist()
    assert 0 < after.sum() < len(after) <= 20


@pytest.mark.parametrize("stop", [7, 33])
def test_a_store_that_is_gone_on_with_tells_the_same_frames_and_cadences(tmp_path, stop):
    class Ends:
        @hookimpl
        def step_finished(self, clock):
            if clock.step == stop:
                raise RuntimeError("broken")

    def made(epochs, checkpoint="never"):
        recorders = [{"name": "recorder", "every": 1, "first": False, "at_most": f"{14 * FRAME} B"}]
        storage = Storage(checkpoint=checkpoint)
        return experiment(epochs=epochs, observers=recorders, storage=storage)

    whole = assemble(made(12)).run(tmp_path / "whole").trajectory
    with pytest.raises(ComponentError):
        assemble(made(12, checkpoint=6), [Ends()]).run(tmp_path / "broken")
    gone_on = assemble(made(12)).resume(tmp_path / "broken").trajectory
    assert gone_on.identical(whole)
    longer = assemble(made(40)).resume(tmp_path / "broken").trajectory
    assert whole.step.values.tolist() == [*range(1, 8), 8, 16, 24, 32, 40, 48]
    assert longer.step.values.tolist() == [*whole.step.values, 128]
    assert longer.attrs["cadence"] == (
        "from step 1: every step; from step 8: every 8 steps; from step 49: every 128 steps"
    )
