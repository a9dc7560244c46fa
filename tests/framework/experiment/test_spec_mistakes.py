"""Every mistake in a spec is told with its place."""

from __future__ import annotations

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, assemble
from plasticity.errors import SpecError, UnknownNameError

LAYER = {
    "neurons": 3,
    "rule": "oja",
    "activation": "relu",
    "optimizer": "sgd",
    "initializer": "normal",
}
TABLES = {"data": "digits", "layers": [LAYER]}


def in_experiment(**entries):
    return {**TABLES, **entries}


def in_layer(**entries):
    return {**TABLES, "layers": [{**LAYER, **entries}]}


def without(table, entry):
    return {key: value for key, value in table.items() if key != entry}


NO_COMPONENT = "a component is a name, a table with a name, or an object, got"
MISTAKES = {
    "a text for a number": (in_experiment(epochs="ten"), "epochs: must be an integer, got 'ten'"),
    "true for a number": (
        in_experiment(batch_size=True),
        "batch_size: must be an integer, got True",
    ),
    "a broken number": (in_experiment(batch_size=2.5), "batch_size: must be an integer, got 2.5"),
    "no epoch": (in_experiment(epochs=0), "epochs: must be an integer from 1, got 0"),
    "a negative seed": (in_experiment(seed=-1), "seed: must be an integer from 0, got -1"),
    "a text for a truth value": (
        in_experiment(shuffle="yes"),
        "shuffle: must be a boolean, got 'yes'",
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
        "phases[0].epochs: must be an integer from 1, got 0",
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
        "layers[1].neurons: must be an integer, got 'x'",
    ),
    "no neuron": (in_layer(neurons=0), "layers[0].neurons: must be an integer from 1, got 0"),
    "a name that is a number": (in_layer(name=3), "layers[0].name: must be a string, got 3"),
    "a rule that is a number": (in_layer(rule=3), f"layers[0].rule: {NO_COMPONENT} 3"),
    "no rule in the list": (
        in_layer(rule=[]),
        "layers[0].rule: there is no rule in the list; give at least one",
    ),
    "a coefficient that is a text": (
        in_layer(rule=["oja", {"name": "hebb", "coefficient": "x"}]),
        "layers[0].rule[1]: coefficient must be a number, got 'x'",
    ),
    "the schedule of a coefficient that is a number": (
        in_layer(rule=["oja", {"name": "hebb", "schedule": 2}]),
        f"layers[0].rule[1].schedule: {NO_COMPONENT} 2",
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
        "'encoders', 'epochs', 'fuse', 'layers', 'measure_every', 'measure_samples', 'metrics', "
        "'observers', 'phases', 'seed', 'shuffle', 'storage', 'training')",
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
        Experiment.from_toml("epochs = 3\ndata =\n")
    assert str(caught.value) == "not a TOML file: Invalid value (at line 2, column 7)"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("data =", SpecError, "{path}: not a TOML file: Invalid value (at end of document)"),
        (
            'data = "digits"\nlayers = 3',
            SpecError,
            "{path}: layers: must be a list of tables, written [[layers]] in TOML, got 3",
        ),
        ("epoch = 3", SpecError, "{path}: entry 'data' is missing; it must be given"),
        (
            'data = "digits"\nlayers = []\nepoch = 3',
            UnknownNameError,
            "{path}: experiment has no entry 'epoch'; did you mean 'epochs'?",
        ),
    ],
)
def test_a_mistake_in_a_file_begins_with_its_path(tmp_path, text, kind, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(kind) as caught:
        Experiment.load(path)
    assert type(caught.value) is kind
    assert str(caught.value) == message.format(path=path)


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


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (int, "rule: int is a class; give a component made of it, int()"),
        (abs, "rule: a function is no component; @rule makes a rule of one"),
        (lambda y: y, "rule: a function is no component; @rule makes a rule of one"),
    ],
)
def test_a_class_or_a_function_is_told_to_be_made_a_component(rule, told):
    with pytest.raises(SpecError) as caught:
        Layer(neurons=2, rule=rule, activation="relu", optimizer="sgd", initializer="normal")
    assert str(caught.value).endswith(told)


@pytest.mark.parametrize(("name", "kind"), [("math:pi", "float"), ("math:cos", "builtin")])
def test_a_reference_to_what_is_no_component_is_told_with_its_place(name, kind):
    rest = {"activation": "relu", "optimizer": "sgd", "initializer": "normal"}
    experiment = Experiment(
        data=Data(np.ones((200, 4))), layers=[Layer(neurons=2, rule=name, **rest)]
    )
    with pytest.raises(SpecError) as caught:
        assemble(experiment)
    told = str(caught.value)
    assert told.startswith(f"layers[0].rule: {name!r} is no component but of type {kind}")
    assert told.endswith("@component makes one of a class, @rule of a function")
