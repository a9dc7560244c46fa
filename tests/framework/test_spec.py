"""The spec and its TOML text say the same, and every mistake in one is told with its place."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plasticity import Data, Experiment, Layer, Phase, component, hookimpl, setting
from plasticity.errors import EntryError, SpecError, UnknownNameError
from plasticity.settings import settings_of
from plasticity.structure import make
from plasticity_plugins.activations.relu import Relu
from plasticity_plugins.initializers.normal import Normal
from plasticity_plugins.optimizers.adam import Adam
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.rules.oja import oja
from plasticity_plugins.thresholds.moving_average import MovingAverage

LAYER = {
    "neurons": 3,
    "rule": "oja",
    "activation": "relu",
    "optimizer": "sgd",
    "initializer": "normal",
}
TABLES = {"data": "digits", "layers": [LAYER]}


# -- lossless both ways ------------------------------------------------------------------------

numbers = st.floats(allow_nan=False)
positive = st.floats(1e-12, 1e12)
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
values = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
keys = words.filter(lambda key: key not in ("name", "coefficient", "phases"))
tables = st.dictionaries(keys, values, max_size=3).flatmap(
    lambda table: st.builds(lambda name: {**table, "name": name}, words)
)
references = words | tables
rules = st.one_of(
    st.builds(lc94),
    st.builds(oja),
    st.builds(KrotovHopfield, power=st.floats(1.5, 9), rank=st.integers(2, 9)),
)
sums = st.builds(
    lambda first, factor, second, third: factor * first + second.during("early") - third,
    rules,
    st.floats(-10, 10),
    rules,
    rules,
)
named_terms = st.lists(
    words
    | tables.flatmap(
        lambda table: st.builds(
            lambda factor, phases: {**table, "coefficient": factor, "phases": phases},
            numbers,
            st.lists(words, max_size=2),
        )
    ),
    min_size=1,
    max_size=3,
)
optimizers = st.builds(SGD, rate=positive) | st.builds(Adam, rate=positive, beta1=st.floats(0, 0.9))
initializers = st.builds(Normal, mean=st.floats(-1, 1), std=st.floats(0, 1))
thresholds = st.builds(MovingAverage, memory=st.floats(0, 0.99), time_constant=st.none() | positive)
layers = st.builds(
    Layer,
    neurons=st.integers(1, 10**6),
    rule=references | rules | sums | named_terms,
    activation=references | st.builds(Relu),
    optimizer=references | optimizers,
    initializer=references | initializers,
    threshold=st.none() | references | thresholds,
    lateral=st.none() | references,
    schedule=st.none() | references,
    transforms=references | st.lists(references, max_size=3),
    constraints=st.lists(references, max_size=3),
    name=words,
)
experiments = st.builds(
    Experiment,
    data=references,
    layers=st.lists(layers, min_size=1, max_size=2),
    phases=st.lists(st.builds(Phase, words, st.integers(1, 99)), max_size=3),
    batch_size=st.integers(1, 10**6),
    seed=st.integers(0, 2**62),
    dtype=st.sampled_from(["float32", "float64"]),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    training=st.sampled_from(["together", "layer_by_layer"]),
    encoders=st.lists(references, max_size=2),
    metrics=st.lists(references, max_size=2),
    measure_every=st.integers(0, 10**6),
    measure_samples=st.integers(1, 10**6),
    observers=st.lists(references, max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(experiments)
def test_an_experiment_comes_back_from_its_toml_text_unchanged(experiment):
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.to_dict() == experiment.to_dict()
    assert again.to_toml() == experiment.to_toml()


@settings(max_examples=60, deadline=None)
@given(rules | optimizers | initializers | thresholds)
def test_a_component_is_made_again_from_the_toml_text_with_the_same_settings(part):
    entry = {"modulate": "rule", "apply_update": "optimizer", "init_state": "initializer"}
    held = next((entry[event] for event in entry if hasattr(part, event)), "threshold")
    layer = Layer(**{**LAYER, held: part})
    experiment = Experiment(data="digits", layers=[layer])
    again = getattr(Experiment.from_toml(experiment.to_toml()).layers[0], held)
    made = make(again[0].rule if held == "rule" else again, held, held)
    assert type(made) is type(part)
    assert all(getattr(made, name) == getattr(part, name) for name in settings_of(type(part)))


def test_the_toml_text_holds_what_differs_from_the_defaults_and_nothing_else():
    experiment = Experiment(
        data="digits",
        layers=[
            Layer(
                neurons=4,
                rule=lc94() - 0.5 * KrotovHopfield(power=3.0).during("late"),
                activation=Relu(),
                optimizer=SGD(rate=0.5),
                initializer=Normal(),
            )
        ],
        phases=[Phase("early", 1), Phase("late", 2)],
    )
    assert experiment.to_dict() == {
        "data": "digits",
        "layers": [
            {
                "neurons": 4,
                "rule": [
                    "bcm",
                    {
                        "name": "krotov_hopfield",
                        "power": 3.0,
                        "coefficient": -0.5,
                        "phases": ["late"],
                    },
                ],
                "activation": "relu",
                "optimizer": {"name": "sgd", "rate": 0.5},
                "initializer": "normal",
            }
        ],
        "phases": [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}],
    }


def test_numbers_of_numpy_are_written_as_numbers():
    experiment = Experiment(
        data={"name": "arrays", "columns": np.arange(2), "scale": np.float32(0.5)}
        | {"columns": tuple(map(np.int64, (0, 1)))},
        layers=[Layer(**{**LAYER, "neurons": np.int64(3)})],
    )
    assert Experiment.from_toml(experiment.to_toml()) == experiment


def test_data_given_in_python_are_written_as_their_fingerprint():
    data = Data(np.zeros((2, 3)))
    told = Experiment(data=data, layers=[Layer(**LAYER)]).to_dict()["data"]
    assert told == {"name": "given in Python", "fingerprint": data.fingerprint()}


def test_an_array_as_a_setting_cannot_be_written():
    experiment = Experiment(data={"name": "arrays", "x": np.zeros(3)}, layers=[Layer(**LAYER)])
    with pytest.raises(SpecError) as caught:
        experiment.to_toml()
    assert str(caught.value) == (
        "an array that was given in Python cannot be written to TOML; save it to a file and name "
        "the file"
    )


def test_a_setting_that_is_none_against_its_default_cannot_be_written():
    @component
    class Fading:
        memory: float | None = setting(default=0.9, doc="share kept")

        @hookimpl
        def estimate_threshold(self, activity, threshold):
            return threshold

    layer = Layer(**{**LAYER, "threshold": Fading(memory=None)})
    with pytest.raises(SpecError) as caught:
        Experiment(data="digits", layers=[layer]).to_dict()
    assert str(caught.value) == (
        "fading: memory is None, which TOML has no word for and which is not its default, 0.9"
    )


def test_an_experiment_of_another_seed_is_another_experiment():
    experiment = Experiment.from_dict(TABLES)
    assert attrs.evolve(experiment, seed=1) != experiment


# -- mistakes ----------------------------------------------------------------------------------


def in_experiment(**entries):
    return {**TABLES, **entries}


def in_layer(**entries):
    return {**TABLES, "layers": [{**LAYER, **entries}]}


def without(table, entry):
    return {key: value for key, value in table.items() if key != entry}


NO_COMPONENT = "a component is a name, a table with a name, or an object, got"
MISTAKES = {
    "a text for a number": (
        in_experiment(epochs="ten"),
        "epochs: must be a whole number, got 'ten'",
    ),
    "true for a number": (
        in_experiment(batch_size=True),
        "batch_size: must be a whole number, got True",
    ),
    "a broken number": (
        in_experiment(batch_size=2.5),
        "batch_size: must be a whole number, got 2.5",
    ),
    "no epoch": (in_experiment(epochs=0), "epochs: must be a whole number from 1, got 0"),
    "a negative seed": (in_experiment(seed=-1), "seed: must be a whole number from 0, got -1"),
    "a text for a truth value": (
        in_experiment(shuffle="yes"),
        "shuffle: must be true or false, got 'yes'",
    ),
    "an unknown dtype": (
        in_experiment(dtype="float16"),
        "dtype: must be one of 'float32', 'float64', got 'float16'",
    ),
    "an unknown training": (
        in_experiment(training="apart"),
        "training: must be one of 'together', 'layer_by_layer', got 'apart'",
    ),
    "no data": (without(TABLES, "data"), "entry 'data' is missing; it must be given"),
    "a number as data": (in_experiment(data=3), f"data: {NO_COMPONENT} 3"),
    "no layers": (without(TABLES, "layers"), "entry 'layers' is missing; it must be given"),
    "an empty list of layers": (
        in_experiment(layers=[]),
        "layers: there is none; give at least one layer",
    ),
    "layers as one table": (
        in_experiment(layers={"neurons": 3}),
        "layers: must be a list of tables, written [[layers]] in TOML, got {'neurons': 3}",
    ),
    "layers as a number": (
        in_experiment(layers=3),
        "layers: must be a list of tables, written [[layers]] in TOML, got 3",
    ),
    "phases as names": (
        in_experiment(phases=["early"]),
        "phases: must be a list of tables, written [[phases]] in TOML, got ['early']",
    ),
    "a phase without epochs": (
        in_experiment(phases=[{"name": "early", "epochs": 0}]),
        "phases[0].epochs: must be a whole number from 1, got 0",
    ),
    "epochs against phases": (
        in_experiment(phases=[{"name": "early", "epochs": 2}], epochs=3),
        "epochs: is 3, but the phases last 2 epochs together; give one of the two",
    ),
    "a metric that is a number": (in_experiment(metrics=[1]), f"metrics[0]: {NO_COMPONENT} 1"),
    "a layer without neurons": (
        in_experiment(layers=[without(LAYER, "neurons")]),
        "layers[0]: entry 'neurons' is missing; it must be given",
    ),
    "a text for neurons": (
        in_experiment(layers=[LAYER, {**LAYER, "neurons": "x"}]),
        "layers[1].neurons: must be a whole number, got 'x'",
    ),
    "no neuron": (in_layer(neurons=0), "layers[0].neurons: must be a whole number from 1, got 0"),
    "a name that is a number": (in_layer(name=3), "layers[0].name: must be a text, got 3"),
    "a rule that is a number": (in_layer(rule=3), f"layers[0].rule: {NO_COMPONENT} 3"),
    "no rule in the list": (
        in_layer(rule=[]),
        "layers[0].rule: there is no rule in the list; give at least one",
    ),
    "a coefficient that is a text": (
        in_layer(rule=["oja", {"name": "hebb", "coefficient": "x"}]),
        "layers[0].rule[1]: coefficient must be a number, got 'x'",
    ),
    "phases of a rule that are a text": (
        in_layer(rule={"name": "oja", "phases": "early"}),
        "layers[0].rule: phases must be a list of names, got 'early'",
    ),
    "a component without a name": (
        in_layer(optimizer={"rate": 1}),
        'layers[0].optimizer: the table of a component has its name, as in { name = "..." }, '
        "got {'rate': 1}",
    ),
    "a list for one component": (
        in_layer(activation=["relu"]),
        f"layers[0].activation: {NO_COMPONENT} ['relu']",
    ),
    "a transform that is true": (
        in_layer(transforms=["clip", True]),
        f"layers[0].transforms[1]: {NO_COMPONENT} True",
    ),
}


@pytest.mark.parametrize(("spec", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_spec_is_told_with_its_place(spec, message):
    with pytest.raises(SpecError) as caught:
        Experiment.from_dict(spec)
    assert str(caught.value) == message


UNKNOWN = {
    "near one of the experiment": (
        in_experiment(epoch=3),
        "experiment has no entry 'epoch'; did you mean 'epochs'?",
    ),
    "near none": (
        in_experiment(zzz=3),
        "experiment has no entry 'zzz' (there are 'batch_size', 'data', 'drop_last', 'dtype', "
        "'encoders', 'epochs', 'layers', 'measure_every', 'measure_samples', 'metrics', "
        "'observers', 'phases', 'seed', 'shuffle', 'training')",
    ),
    "near one of a layer": (
        in_layer(actvation="relu"),
        "layers[0]: layer has no entry 'actvation'; did you mean 'activation'?",
    ),
    "of a layer in the experiment": (
        in_experiment(neurons=3),
        "experiment has no entry 'neurons'; it belongs to a layer: write it below [[layers]]",
    ),
    "of the experiment in a layer": (
        in_layer(epochs=3),
        "layers[0]: layer has no entry 'epochs'; it belongs to the experiment: write it above the "
        "first [[layers]]",
    ),
    "of a phase": (
        in_experiment(phases=[{"name": "early", "epochs": 2, "x": 1}]),
        "phases[0]: phase has no entry 'x' (there are 'epochs', 'name')",
    ),
}


@pytest.mark.parametrize(("spec", "message"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_entry_is_told_with_the_nearest_one_or_its_right_place(spec, message):
    with pytest.raises(UnknownNameError) as caught:
        Experiment.from_dict(spec)
    assert str(caught.value) == message


def test_a_mistake_in_the_toml_text_is_told_with_its_line():
    with pytest.raises(SpecError) as caught:
        Experiment.from_toml("epochs = 3\ndata =\n", "mine.toml")
    assert str(caught.value) == "mine.toml: not a TOML file: Invalid value (at line 2, column 7)"


def test_layers_given_in_python_must_be_layers():
    with pytest.raises(EntryError) as caught:
        Experiment(data="digits", layers=[LAYER])
    assert str(caught.value) == (
        f"layers[0]: must be a Layer, got {LAYER!r} (Experiment.from_dict reads tables)"
    )


def test_one_layer_needs_no_list():
    layer = Layer(**LAYER)
    assert Experiment(data="digits", layers=layer) == Experiment(data="digits", layers=[layer])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.toml", "{path}: cannot be read: No such file or directory"),
        ("folder", "{path}: cannot be read: Is a directory"),
        (
            "bytes.toml",
            "{path}: not a TOML file: 'utf-8' codec can't decode byte 0xff in position 0: invalid "
            "start byte",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    path = tmp_path / name
    with pytest.raises(SpecError) as caught:
        Experiment.load(path)
    assert str(caught.value) == message.format(path=path)


def test_an_unknown_preset_is_told_with_the_nearest_one():
    with pytest.raises(UnknownNameError) as caught:
        Experiment.load("bmc")
    assert str(caught.value) == (
        "unknown preset 'bmc'; did you mean 'bcm'? (a path to a TOML file works as well)"
    )


# -- epochs ------------------------------------------------------------------------------------


def test_an_experiment_lasts_as_long_as_its_phases_and_knows_the_phase_of_an_epoch():
    phases = [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}]
    experiment = Experiment.from_dict(in_experiment(phases=phases))
    assert experiment.n_epoch == 3
    assert [experiment.phase_of(epoch) for epoch in range(3)] == ["early", "late", "late"]


def test_an_experiment_lasts_one_epoch_unless_told():
    assert Experiment.from_dict(TABLES).n_epoch == 1
