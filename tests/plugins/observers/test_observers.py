"""Progress, early stopping, the divergence guard and the recorder."""

import io
import re
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from plasticity import assemble, component, hookimpl, setting
from plasticity.errors import DivergenceError, SettingError
from plasticity_plugins.observers.divergence_guard import DivergenceGuard
from plasticity_plugins.observers.early_stopping import EarlyStopping
from plasticity_plugins.observers.progress import Bar, Lines, Progress
from plasticity_plugins.observers.recorder import Recorder
from tests.support.toys import experiment, layer, trained


@component
class Scripted:
    """Measures what it is told to, one value after the other."""

    values: Any = setting(doc="the values")
    every: int = setting(default=1, low=1, doc="steps between two measurements")
    silent_at: int = setting(default=0, doc="step at which nothing is measured")

    @hookimpl
    def measure(self, clock):
        if clock.step == self.silent_at:
            return {}
        return {"quality": float(self.values[clock.step // self.every - 1])}


@component
class Poison:
    """Puts a value into an array of the layer at one step."""

    step: int = setting(doc="step at which it strikes")
    value: str = setting(default="nan", doc="what it puts there")

    @hookimpl
    def constrain_weights(self, weights, clock):
        if clock.step == self.step - 1:
            weights[0, 0] = float(self.value)


@component
class PoisonedThreshold:
    @hookimpl
    def estimate_threshold(self, activity, threshold, clock):
        threshold[...] = np.inf if clock.step == 5 else 1
        return threshold


# -- early stopping ----------------------------------------------------------------------------


def stopped(values, silent_at=0, **settings):
    """The outcome of a run of 8 steps that measures these values, and the steps done."""
    told = {"measurement": "quality", **settings}
    simulation = assemble(
        experiment(
            epochs=2,
            metrics=[Scripted(values=values, silent_at=silent_at)],
            measure_every=1,
            observers=[EarlyStopping(**told)],
        )
    )
    return simulation.run().outcome, simulation.layers[0].clock.step


def test_a_run_stops_when_a_measurement_falls_below_the_limit():
    values = (0.5, 0.4, 0.05, 0.2, 0.2, 0.2, 0.2, 0.2)
    assert stopped(values, below=0.1) == ("stopped: quality of layer_0 is 0.05, below 0.1", 3)


def test_a_run_stops_when_a_measurement_rises_above_the_limit():
    values = (0.5, 0.4, 0.05, 0.95, 0.2, 0.2, 0.2, 0.2)
    assert stopped(values, above=0.9) == ("stopped: quality of layer_0 is 0.95, above 0.9", 4)


def test_patience_asks_for_several_measurements_in_a_row():
    values = (0.05, 0.05, 0.5, 0.05, 0.05, 0.04, 0.5, 0.5)
    assert stopped(values, below=0.1, patience=3) == (
        "stopped: quality of layer_0 is 0.04, below 0.1",
        6,
    )


def test_nan_is_neither_below_nor_above():
    assert stopped(("nan",) * 8, below=0.1) == ("finished", 8)
    assert stopped(("nan",) * 8, above=0.1) == ("finished", 8)


def test_a_measurement_that_is_missing_now_and_then_is_waited_for():
    values = (0.05, 0.5, 0.05, 0.5, 0.5, 0.5, 0.5, 0.5)
    assert stopped(values, silent_at=2, below=0.1, patience=2) == (
        "stopped: quality of layer_0 is 0.05, below 0.1",
        3,
    )


def test_a_run_that_never_gets_there_finishes():
    assert stopped((0.5,) * 8, below=0.1) == ("finished", 8)


@pytest.mark.parametrize(
    ("settings", "given"), [({}, "neither"), ({"below": 1, "above": 2}, "both")]
)
def test_early_stopping_wants_one_limit(settings, given):
    with pytest.raises(SettingError) as caught:
        EarlyStopping(measurement="overlap", **settings)
    assert str(caught.value) == (
        f"early_stopping: one of below and above must be given, got {given}: they say when "
        "'overlap' is good enough"
    )


def test_a_measurement_that_nothing_measures_is_refused_at_the_first_one():
    with pytest.raises(SettingError) as caught:
        stopped((0.5,) * 8, measurement="qualty", below=1)
    assert str(caught.value) == (
        "early_stopping: nothing measures 'qualty'; did you mean 'quality'? (measured are "
        "'quality')"
    )


def test_early_stopping_without_metrics_is_refused():
    with pytest.raises(SettingError) as caught:
        trained(observers=[EarlyStopping(measurement="quality", below=1)])
    assert str(caught.value) == (
        "early_stopping: nothing measures 'quality'; the experiment has no metrics"
    )


def test_early_stopping_looks_at_the_last_layer_unless_told():
    def outcome(**settings):
        metric = Scripted(values=(0.5, 0.05), every=4)
        two = experiment(
            layer(),
            layer(name="top"),
            epochs=2,
            metrics=[metric],
            observers=[EarlyStopping(measurement="quality", below=0.1, **settings)],
        )
        return assemble(two).run().outcome

    assert outcome() == "stopped: quality of top is 0.05, below 0.1"
    assert outcome(layer="layer_0") == "stopped: quality of layer_0 is 0.05, below 0.1"
    with pytest.raises(SettingError) as caught:
        outcome(layer="tip")
    assert str(caught.value) == (
        "early_stopping: there is no layer 'tip'; did you mean 'top'? (there are 'layer_0', 'top')"
    )


# -- divergence guard --------------------------------------------------------------------------


def divergence(guard, *layers, **changes):
    with pytest.raises(DivergenceError) as caught:
        trained(*layers, observers=[guard], epochs=4, **changes)
    return str(caught.value)


def test_weights_that_diverge_are_found_at_the_very_step():
    guarded = layer(constraints=[Poison(step=6)])
    assert divergence(DivergenceGuard(every=1), guarded) == (
        "layer_0: 'weights' holds infinity or NaN after step 6 (last finite at step 5); the first "
        "array of this step that is not finite is 'weights', filled by 'plain' (apply_update), "
        "'poison' (constrain_weights); lower the learning rate, or bound the weights"
    )


def test_infinity_counts_as_diverged_too():
    guarded = layer(constraints=[Poison(step=6, value="-inf")])
    assert "after step 6 (last finite at step 5)" in divergence(DivergenceGuard(every=1), guarded)


def test_a_late_look_tells_that_it_is_late():
    guarded = layer(constraints=[Poison(step=6)])
    assert divergence(DivergenceGuard(every=3), guarded, batch_size=2) == (
        "layer_0: 'weights' holds infinity or NaN after step 6 (last finite at step 3); the first "
        "array of this step that is not finite is 'weights', filled by 'plain' (apply_update), "
        "'poison' (constrain_weights); lower the learning rate, or bound the weights"
    )
    guarded = layer(constraints=[Poison(step=4)])
    assert divergence(DivergenceGuard(every=3), guarded, batch_size=2) == (
        "layer_0: 'weights' holds infinity or NaN after step 6 (last finite at step 3); the first "
        "array of this step that is not finite is 'current', filled by 'dense_synapse' "
        "(compute_current), so it went wrong in a step before; every = 1 tells where; lower the "
        "learning rate, or bound the weights"
    )


def test_the_threshold_is_named_where_it_goes_first():
    guarded = layer(threshold=PoisonedThreshold())
    assert divergence(DivergenceGuard(every=1), guarded) == (
        "layer_0: 'threshold' holds infinity or NaN after step 6 (last finite at step 5); the "
        "first array of this step that is not finite is 'threshold', filled by "
        "'poisoned_threshold' (estimate_threshold); lower the learning rate, or bound the weights"
    )


def test_the_guard_looks_at_the_end_of_an_epoch_too():
    guarded = layer(constraints=[Poison(step=8)])
    assert "after step 8 (last finite at step 6)" in divergence(DivergenceGuard(every=3), guarded)


def test_the_guard_looks_at_the_end_of_a_run_shorter_than_its_interval():
    guarded = layer(constraints=[Poison(step=3)])
    assert divergence(DivergenceGuard(), guarded, batch_size=10).startswith(
        "layer_0: 'weights' holds infinity or NaN after step 4 (last finite at step 2); the first "
    )


def test_the_layer_that_diverged_is_named():
    layers = layer(), layer(name="top", constraints=[Poison(step=6)])
    assert divergence(DivergenceGuard(every=1), *layers).startswith("top: 'weights' holds")


def test_a_run_that_stays_finite_is_left_alone():
    assert trained(observers=[DivergenceGuard(every=1)]).layers[0].clock.step == 4


# -- recorder ----------------------------------------------------------------------------------


class Copies:
    """Keeps copies of what an observer sees."""

    def __init__(self):
        self.weights, self.activity = [], []

    @hookimpl
    def step_finished(self, weights, activity):
        self.weights.append(weights.copy())
        self.activity.append(activity.copy())


def recorded(*recorders, layers=(), **changes):
    """A run with recorders, and copies of the arrays after each step of its only layer."""
    copies = Copies()
    run = assemble(experiment(*layers, observers=recorders, **changes), [copies]).run()
    return run, copies


def test_a_recorder_takes_the_arrays_after_every_n_steps():
    run, copies = recorded(Recorder(variables=("weights",), every=3, first=False), epochs=3)
    assert run.trajectory.step.values.tolist() == [3, 6, 9, 12]
    assert run.trajectory.epoch.values.tolist() == [0, 1, 2, 3]
    assert np.array_equal(run.trajectory.weights.values, copies.weights[2::3])


def test_the_rest_of_a_smaller_batch_is_nan():
    run, copies = recorded(Recorder(variables=("activity",), every=1, first=False), batch_size=8)
    activity = run.trajectory.activity
    assert activity.sizes == {"step": 3, "neuron": 3, "sample": 8}
    assert np.array_equal(activity.values[:2], copies.activity[:2])
    assert np.array_equal(activity.values[2, :, :4], copies.activity[2])
    assert np.isnan(activity.values[2, :, 4:]).all()


def test_the_first_frame_may_be_of_the_smaller_batch():
    run, copies = recorded(Recorder(variables=("activity",), every=3), batch_size=8, epochs=2)
    assert run.trajectory.activity.sizes == {"step": 2, "neuron": 3, "sample": 8}
    assert np.array_equal(run.trajectory.activity.values[0, :, :4], copies.activity[2])


def test_a_variable_that_no_layer_has_is_refused_with_the_known_ones():
    with pytest.raises(SettingError) as caught:
        recorded(Recorder(variables=("wieghts",)), batch_size=20, epochs=100)
    assert str(caught.value) == (
        "recorder: layer_0 has no array 'wieghts'; did you mean 'weights'? (it has 'activity', "
        "'current', 'decay', 'modulation', 'update', 'weights', 'x')"
    )


def test_a_recorder_may_look_at_one_layer():
    layers = layer(), layer(name="top")
    run, _ = recorded(Recorder(every=2, first=False, layer="layer_0"), layers=layers)
    assert run.recorded(layer=0).sizes == {"step": 2, "neuron": 3, "input": 4}
    assert len(run.recorded(layer=1)) == 0
    with pytest.raises(SettingError) as caught:
        recorded(Recorder(layer="tip"), layers=layers)
    assert str(caught.value) == (
        "recorder: there is no layer 'tip'; did you mean 'top'? (there are 'layer_0', 'top')"
    )


def test_two_recorders_take_two_groups():
    run, _ = recorded(
        Recorder(variables=("weights",), every=4, first=False),
        Recorder(variables=("decay",), every=1, group="often"),
    )
    assert run.trajectory.sizes == {"step": 1, "neuron": 3, "input": 4}
    assert run.recorded("often").sizes == {"step": 4, "neuron": 3}


# -- progress ----------------------------------------------------------------------------------

SPEED = r"[\d,]+ steps/s, [\d,]+ samples/s"


def test_without_a_terminal_a_short_run_prints_one_line(capsys):
    metric = Scripted(values=(0.25, 0.12345, 0.5, 0.123456))
    trained(metrics=[metric], measure_every=1, observers=[Progress(title="toy", every=1)])
    out, err = capsys.readouterr()
    assert out == ""
    # On a very slow machine lines at the quarters come before.
    assert re.fullmatch(
        rf"(toy: \d+%, epoch .*\n)*toy: 100%, finished, \d+\.\d s, {SPEED}, quality 0\.1235\n", err
    )


def test_a_quiet_progress_prints_nothing(capfd):
    trained(observers=[Progress(quiet=True)])
    assert capfd.readouterr() == ("", "")


def test_a_run_that_fails_ends_its_line(capsys):
    with pytest.raises(DivergenceError):
        trained(
            layer(constraints=[Poison(step=2)]),
            observers=[Progress(every=1), DivergenceGuard(every=1)],
        )
    assert re.fullmatch(r"(.*\n)*50%, failed, \d+\.\d s(, .*)?\n", capsys.readouterr().err)


def test_layers_trained_one_after_another_share_one_progress(capsys):
    trained(
        layer(),
        layer(name="top"),
        training="layer_by_layer",
        metrics=[Scripted(values=(0.0, 1.0, 0.0, 0.0))],
        measure_every=1,
        observers=[Progress(every=1), EarlyStopping(measurement="quality", above=0.5)],
    )
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("75%, stopped: quality of top is 1, above 0.5, ")


def test_lines_are_printed_at_the_quarters_alone():
    console = Console(file=io.StringIO(), width=40)
    lines = Lines(console, "run")
    for percent in range(1, 100):
        lines.show(percent / 100, [f"epoch {percent}"])
    lines.end(1.0, ["finished"])
    assert console.file.getvalue().splitlines() == [
        "run: 25%, epoch 25",
        "run: 50%, epoch 50",
        "run: 75%, epoch 75",
        "run: 100%, finished",
    ]


def test_in_a_terminal_a_bar_shows_title_share_and_facts(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    trained(observers=[Progress(title="[toy]", every=1)])
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", capsys.readouterr().err)
    last = plain.split("\r")[-1].splitlines()[0]
    assert last.startswith("[toy] ━━━━━━━━━━━━ 100% ")
    assert "finished" in last
    assert "samples/s" in last


def test_a_bar_gives_the_cursor_back():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    bar = Bar(console, "run")
    bar.show(0.5, ["epoch 1/2"])
    bar.end(0.5, ["interrupted"])
    assert console.file.getvalue().endswith("\x1b[?25h")
