"""What a recorder takes, when, and in how many bits."""

import numpy as np
import pytest
import xarray as xr

from plasticity import Data, Experiment, Variable, assemble, component, hookimpl
from plasticity.errors import ContractError, StoreError
from plasticity_plugins.observers.recorder import Recorder
from tests.support.recorders import frames, recorded, refused
from tests.support.toys import SAMPLES, experiment, layer

# -- when --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ({"every": 3}, [3, 6]),
        ({"every": "1 epoch"}, [4, 8]),
        ({"every": "3 per decade"}, [1, 2, 5]),
        ({"at": [1, 7, 2]}, [1, 2, 7]),
        ({"every": 100}, []),
    ],
)
def test_a_recorder_takes_frames_at_the_steps_of_its_cadence(told, steps):
    run, copies = recorded(**told)
    assert run.trajectory.get("step", xr.DataArray([])).values.tolist() == steps
    if steps:
        expected = np.array(copies.weights)[np.array(steps) - 1]
        assert np.array_equal(run.trajectory.weights.values, expected)


def test_a_condition_is_looked_at_whenever_a_frame_is_due():
    found, weights, _ = frames(every=2, when="mean(weights) > 0.07")
    steps = [step for step in (2, 4, 6, 8) if weights[step - 1].mean() > 0.07]
    assert found.step.values.tolist() == steps
    assert found.attrs["when"] == "mean(weights) > 0.07"
    assert 0 < len(steps) < 4


def test_a_condition_may_be_a_function_of_the_layer():
    found, *_ = frames(when=lambda layer: layer.clock.step in (3, 5))
    assert found.step.values.tolist() == [3, 5]


def test_the_arrays_are_looked_at_once_and_then_nobody_is_asked_between_two_frames():
    class Follows(Recorder):
        asked = ()

        def following(self, step):
            due = super().following(step)
            Follows.asked += ((step, due),)
            return due

    assemble(experiment(epochs=50, observers=[Follows(at=(150,))])).run()
    assert {due for _, due in Follows.asked} == {1, 150, None}


def test_layers_trained_one_after_the_other_are_recorded_at_their_own_steps():
    run, _ = recorded(layer(), layer(), training="layer_by_layer", every=3)
    for index in (0, 1):
        assert run.recorded(layer=index).step.values.tolist() == [3, 6]


# -- what --------------------------------------------------------------------------------------


def test_chosen_neurons_are_recorded_with_a_coordinate_that_says_which():
    found, weights, _ = frames(neurons=[2, 0])
    assert np.array_equal(found.weights.values, weights[:, [2, 0]])
    assert found.weights.sizes == {"step": 8, "neuron": 2, "input": 4}
    assert found.neuron.values.tolist() == [2, 0]
    assert np.array_equal(found.weights.sel(neuron=0).values, weights[:, 0])


def test_xarray_sees_the_coordinates_of_a_store_without_help(tmp_path):
    told = {
        "neurons": [2, 0],
        "reduce": "histogram",
        "over": ["input"],
        "range": [-1, 1],
        "bins": 4,
    }
    made = experiment(observers=[Recorder(every=1, first=False, **told)])
    assemble(made).run(tmp_path / "run")
    with xr.open_datatree(tmp_path / "run", engine="zarr") as tree:
        found = tree["layer_0/trajectory"]
        assert set(found.coords) == {"step", "epoch", "neuron", "bin"}
        assert found["weights"].dims == ("step", "neuron", "bin")
        assert found["bin"].values.tolist() == [-0.75, -0.25, 0.25, 0.75]
        assert found["bin"].attrs["edges"] == [-1.0, -0.5, 0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("told", "expected", "method"),
    [
        ({"reduce": "mean", "over": ["input"]}, lambda w: w.mean(2), "input: mean"),
        ({"reduce": "std"}, lambda w: w.std((1, 2)), "neuron: input: standard_deviation"),
        ({"reduce": "max", "over": ["neuron"]}, lambda w: w.max(1), "neuron: maximum"),
        (
            {"reduce": "norm", "over": ["input"], "p": 3},
            lambda w: (np.abs(w) ** 3).sum(2) ** (1 / 3),
            "input: norm (comment: p = 3)",
        ),
        (
            {"reduce": "quantile", "over": ["input"], "share": 0.25},
            lambda w: np.quantile(w, 0.25, axis=2),
            "input: quantile (comment: of 0.25)",
        ),
        (
            {"reduce": "mean", "neurons": [0, 2], "over": ["neuron"]},
            lambda w: w[:, [0, 2]].mean(1),
            "neuron: mean",
        ),
    ],
)
def test_a_reduction_is_taken_over_named_dimensions(told, expected, method):
    found, weights, _ = frames(**told)
    assert np.allclose(found.weights.values, expected(weights), rtol=1e-6)
    assert found.weights.dtype == np.float32
    assert found.weights.attrs == {
        "long_name": "synaptic weights", "units": "1", "source": "plain", "cell_methods": method,
    }  # fmt: skip


def test_a_histogram_counts_what_numpy_counts():
    told = {"reduce": "histogram", "bins": 7, "range": [-0.05, 0.15]}
    found, weights, _ = frames(**told, over=["input"], precision=None)
    expected = [
        [np.histogram(row.astype(float), 7, (-0.05, 0.15))[0] for row in each] for each in weights
    ]
    assert np.array_equal(found.weights.values, expected)
    assert found.weights.attrs["cell_methods"] == "input: histogram"


def test_a_reduction_over_samples_knows_the_smaller_batch():
    data = Data(SAMPLES[:18])  # the last batch of an epoch has 3 samples
    run, copies = recorded(
        variables=["activity"], reduce="mean", over=["sample"], every=1, data=data
    )
    expected = [activity.mean(1) for activity in copies.activity]
    assert np.allclose(run.trajectory.activity.values, expected, rtol=1e-6)


def test_probes_are_formulas_or_functions():
    def largest(layer):
        """The largest weight of each neuron."""
        return layer.array("weights").max(1)

    probes = {
        "spread": "std(weights, 'input')",
        "balance": "mean(weights > 0.05)",
        "drive": "activity * mean(weights, 'input')",
        "largest": largest,
        "corner": lambda layer: layer.array("weights")[:2, :2],
    }
    found, weights, activity = frames(variables=[], probes=probes, epochs=1)
    assert list(found.data_vars) == list(probes)
    assert np.allclose(found.spread.values, weights.std(2), rtol=1e-6)
    assert np.allclose(found.balance.values, (weights > 0.05).mean((1, 2)))
    assert np.allclose(found.drive.values, activity * weights.mean(2)[..., None], rtol=1e-6)
    assert np.array_equal(found.largest.values, weights.max(2))
    assert found.corner.dims == ("step", "corner_0", "corner_1")
    assert found.spread.attrs == {
        "long_name": "std(weights, 'input')",
        "units": "1",
        "cell_methods": "input: standard_deviation",
    }
    assert found.largest.attrs == {"long_name": "The largest weight of each neuron."}


def test_a_probe_sees_the_chosen_neurons_alone():
    probes = {"total": "sum(weights)", "norms": "norm(weights, 'input')"}
    found, weights, _ = frames(neurons=[1], probes=probes)
    assert np.allclose(found.total.values, weights[:, 1].sum(1), rtol=1e-6)
    assert found.norms.sizes == {"step": 8, "neuron": 1}


@component
class Traces:
    """Keeps a number for each neuron to itself."""

    trace = Variable(("neuron",), unit="Hz", description="steps seen")

    @hookimpl
    def constrain_weights(self):
        self.trace += 1


def test_a_private_array_is_recorded_by_the_last_part_of_its_name():
    run, _ = recorded(layer(constraints=[Traces()]), variables=["trace"], every=4,
                       probes={"twice": "2 * trace"})  # fmt: skip
    assert run.trajectory.trace.values[:, 0].tolist() == [4, 8]
    assert run.trajectory.twice.values[:, 0].tolist() == [8, 16]
    assert run.trajectory.trace.attrs["units"] == "Hz"
    assert "units" not in run.trajectory.twice.attrs


def test_a_name_that_two_private_arrays_end_with_is_refused():
    told = refused(
        layer(constraints=[Traces(), Traces()]), variables=["trace"], error=ContractError
    )
    assert told.split("\n")[0] == (
        "layer_0: several arrays are called 'trace'; give the whole name, one of "
        "'layers[0].constraints[0].trace', 'layers[0].constraints[1].trace'"
    )


# -- in how many bits --------------------------------------------------------------------------


def test_float16_is_stored_as_float16():
    found, weights, _ = frames(precision="float16")
    assert np.array_equal(found.weights.values, weights.astype(np.float16))
    assert found.weights.dtype == np.float16


def test_rounded_bits_are_told():
    found, weights, _ = frames(bits=6)
    values = found.weights.values
    assert not (values.view(np.uint32) & (2**17 - 1)).any()
    assert np.all(np.abs(values - weights) <= np.abs(weights) * 2.0**-7)
    assert found.weights.attrs["quantization_nsb"] == 6
    assert found.weights.attrs["comment"] == (
        "rounded to 6 bits of the mantissa, to the nearest or even"
    )


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"variables": []}, "nothing to record: give variables or probes"),
        (
            {"every": "2 epohcs"},
            'every must be an integer from 1 (steps), a string like "2 epochs" or "10 per '
            "decade\", or an object with following(step), got '2 epohcs'",
        ),
        ({"over": ["input"]}, "over names dimensions, but there is nothing to reduce: give reduce"),
        (
            {"reduce": "histogram", "range": [1, 0]},
            "a histogram has a range of two numbers, from the lower to the higher",
        ),
        (
            {"precision": "float16", "bits": 3},
            "one of precision and bits is enough: bits keep the type and the range of numbers",
        ),
        ({"neurons": [1, 1]}, "neurons count from 0, and each is named once"),
        ({"neurons": [3]}, "neurons: layer_0 has 3, counted from 0, so there is no 3"),
        ({"probes": {"a b": "1"}}, "probes: a name is a word of letters, digits and _, got 'a b'"),
        (
            {"at_most": "2 chunks"},
            'at_most: must be a number with B, kB, MB, GB or TB, as in "64 MB", got \'2 chunks\'',
        ),
        (
            {"probes": {"a": "weights.T"}},
            "probes.a: 'weights.T', at position 1: attributes are not allowed; an expression "
            "has numbers, names of arrays, + - * / **, comparisons, and, or, not, and functions",
        ),
        (
            {"probes": {"a": "given in Python: mine.largest"}},
            "probes.a was a function given in Python: mine.largest; give it again, or write a "
            "formula",
        ),
        (
            {"when": "weights > 1", "every": 1},
            "when: 'weights > 1' has a value for each neuron and input; write any(...) or all(...) "
            "of it",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(told, message):
    assert refused(**told).split("\n")[0] == f"recorder: {message}"


def test_a_dimension_that_an_array_has_not_is_refused():
    told = refused(variables=["weights"], reduce="mean", over=["sample"], error=StoreError)
    assert told.split("\n")[0] == (
        "'weights' has no dimension 'sample' to take the mean over (it has 'input', 'neuron'); "
        "record it apart from the others"
    )


def test_a_probe_of_a_taken_name_is_refused():
    told = refused(probes={"weights": "1"}, error=StoreError)
    assert told.split("\n")[0] == "layer_0: a probe cannot be called 'weights', which is taken"


def test_a_misspelt_array_in_a_formula_is_found_at_the_first_step():
    told = refused(probes={"a": "mean(wieghts)"}, every="2 epochs", error=Exception)
    assert told.split("\n")[0].startswith(
        "'mean(wieghts)', at position 6: there is no array 'wieghts'; did you mean 'weights'? "
    )


def test_a_recorder_comes_back_from_a_spec_file():
    def largest(layer):
        return layer.array("weights").max()

    recorder = Recorder(
        every="2 epochs", neurons=(0, 1), reduce="mean", over=("input",), bits=9,
        probes={"spread": "std(weights)"}, at_most="2 GB", when="mean(weights) > 0",
    )  # fmt: skip
    made = {"data": "digits", "layers": [{
        "neurons": 3, "rule": "oja", "activation": "relu", "optimizer": "sgd",
        "initializer": "normal",
    }]}  # fmt: skip
    spec = Experiment.from_dict(made | {"observers": [{"name": "recorder"}]})
    spec = Experiment.from_toml(Experiment(
        data=spec.data, layers=spec.layers, observers=[recorder]
    ).to_toml())  # fmt: skip
    again = assemble(spec).network.whole.components["observers[0]"]
    for name in ("every", "neurons", "reduce", "over", "bits", "probes", "at_most", "when"):
        assert getattr(again, name) == getattr(recorder, name)
    given = Experiment(data=spec.data, layers=spec.layers,
                       observers=[Recorder(probes={"largest": largest})])  # fmt: skip
    assert given.to_dict()["observers"][0]["probes"]["largest"].startswith("given in Python: ")
