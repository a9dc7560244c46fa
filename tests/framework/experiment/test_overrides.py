"""Settings by dotted path: what they change, and what is said of a path that leads nowhere."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from plasticity import Data, Experiment, Layer, Phase, Storage, run
from plasticity.errors import SettingError, SpecError, UnknownNameError
from plasticity.experiment.overrides import override, parse
from tests.support.toys import Plain, ToyHebb, experiment, layer

ONE = {"data": "digits", "layers": [{"neurons": 9, "rule": "bcm", "activation": "relu"}]}
TWO = {
    "data": "digits",
    "epochs": 2,
    "layers": [
        {"neurons": 9, "rule": ["bcm", {"name": "oja", "coefficient": 0.1}]},
        {"neurons": 3, "rule": "hebb"},
    ],
}

NAMED = {
    "data": "digits",
    "phases": [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}],
    "layers": [{"neurons": 9, "rule": "bcm"}, {"neurons": 3, "rule": "hebb", "name": "above"}],
}
MODULE = {"data": "digits", "layers": [{"neurons": 9, "rule": ["oja", "mymod:mine"]}]}


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("neurons=20", "neurons", 20),
        ("optimizer.rate=1e-3", "optimizer.rate", 0.001),
        ("shuffle=false", "shuffle", False),
        ("rule.power = 3", "rule.power", 3),
        ("data=mnist", "data", "mnist"),
        ('data="mnist"', "data", "mnist"),
        ("data=", "data", ""),
        ("data.path=a=b.csv", "data.path", "a=b.csv"),
        ('metrics=["overlap"]', "metrics", ["overlap"]),
        ('rule={name="oja", coefficient=2}', "rule", {"name": "oja", "coefficient": 2}),
    ],
)
def test_an_assignment_is_a_path_and_a_toml_value_or_else_a_text(assignment, path, value):
    assert parse(assignment) == (path, value)


@pytest.mark.parametrize("assignment", ["rule", "=3", " =3", ""])
def test_an_assignment_without_path_or_sign_is_refused(assignment):
    with pytest.raises(SpecError) as caught:
        parse(assignment)
    assert str(caught.value) == f"--set takes key=value, got {assignment!r}"


def changed(tables, path, value):
    """The tables with one place set by hand: keys and positions one after another."""
    result = deepcopy(tables)
    node = result
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return result


@pytest.mark.parametrize(
    ("tables", "setting", "path", "value"),
    [
        (ONE, "seed", ["seed"], 7),
        (ONE, "neurons", ["layers", 0, "neurons"], 7),
        (ONE, "layers.0.neurons", ["layers", 0, "neurons"], 7),
        (ONE, "lateral", ["layers", 0, "lateral"], 7),
        (ONE, "rule.power", ["layers", 0, "rule"], {"name": "bcm", "power": 7}),
        (ONE, "data.path", ["data"], {"name": "digits", "path": 7}),
        (TWO, "layers.1.rule.power", ["layers", 1, "rule"], {"name": "hebb", "power": 7}),
        (TWO, "layers.0.rule.0", ["layers", 0, "rule", 0], 7),
        (TWO, "layers.0.rule.1.coefficient", ["layers", 0, "rule", 1, "coefficient"], 7),
        (TWO, "layers.0.rule.oja.coefficient", ["layers", 0, "rule", 1, "coefficient"], 7),
        (TWO, "layers.layer_1.neurons", ["layers", 1, "neurons"], 7),
        (NAMED, "layers.above.neurons", ["layers", 1, "neurons"], 7),
        (NAMED, "phases.late.epochs", ["phases", 1, "epochs"], 7),
        (ONE, "rule.bcm.power", ["layers", 0, "rule"], {"name": "bcm", "power": 7}),
        (ONE, "rule.0.power", ["layers", 0, "rule"], {"name": "bcm", "power": 7}),
        (MODULE, "rule.mine.tau", ["layers", 0, "rule", 1], {"name": "mymod:mine", "tau": 7}),
    ],
)
def test_a_setting_changes_its_place_and_no_other(tables, setting, path, value):
    assert override(tables, {setting: 7}) == changed(tables, path, value)


def test_the_tables_given_stay_as_they_are():
    before = deepcopy(TWO)
    override(TWO, {"layers.0.rule.1.coefficient": 7})
    assert before == TWO


def test_settings_are_put_in_one_after_another():
    result = override(ONE, {"rule": "krotov_hopfield", "rule.power": 3})
    assert result["layers"][0]["rule"] == {"name": "krotov_hopfield", "power": 3}


PHASES = [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 4}]


def test_phases_replace_epochs():
    assert "epochs" not in override(TWO, {"phases": PHASES})


@pytest.mark.parametrize("epochs", [5, 10, 50])
def test_epochs_lengthen_each_phase_in_proportion(epochs):
    changed = override(override(TWO, {"phases": PHASES}), {"epochs": epochs})
    lengths = [phase["epochs"] for phase in changed["phases"]]
    assert lengths == [epochs // 5, 4 * epochs // 5]
    assert "epochs" not in changed


def test_epochs_that_phases_cannot_share_are_refused_with_what_they_are():
    with pytest.raises(SpecError) as caught:
        override(override(TWO, {"phases": PHASES}), {"epochs": 6})
    assert str(caught.value) == (
        "epochs: 6 cannot be shared among the phases (early 1, late 4) in proportion; give a "
        "multiple of 5, or the length of a phase, as phases.early.epochs"
    )


NOWHERE = {
    "near a setting": (ONE, "nerons", "no setting 'nerons'; did you mean 'neurons'?"),
    "an empty key": (ONE, "rule.", "no setting 'rule.'; did you mean 'rule'?"),
    "near none": (
        ONE,
        "zzz",
        "no setting 'zzz' (there are 'activation', 'batch_size', 'constraints', 'data', "
        "'drop_last', 'dtype', 'encoders', 'epochs', 'fuse', 'initializer', 'lateral', 'layers', "
        "'measure_every', 'measure_samples', 'metrics', 'name', 'neurons', 'observers', "
        "'optimizer', 'phases', 'rule', 'schedule', 'seed', 'shuffle', 'storage', 'synapse', "
        "'threshold', 'training', 'transforms')",
    ),
    "one of several layers": (
        TWO,
        "rule.power",
        "'rule.power' could mean any of 2 layers; write layers.0.rule.power",
    ),
    "a layer too far": (
        TWO,
        "layers.2.neurons",
        "'layers.2.neurons' leads nowhere: '2' is not a position in a list of 2, nor one of its "
        "names 'layer_0', 'layer_1'",
    ),
    "a name in a list": (
        TWO,
        "layers.0.rule.power",
        "'layers.0.rule.power' leads nowhere: 'power' is not a position in a list of 2, nor one of "
        "its names 'bcm', 'oja'",
    ),
    "a part that is not there": (
        ONE,
        "lateral.strength",
        "'lateral.strength' leads nowhere: the layer has no 'lateral'",
    ),
    "one of two of a name": (
        {"layers": [{"neurons": 9, "rule": ["oja", {"name": "oja", "coefficient": 2}]}]},
        "rule.oja.coefficient",
        "'rule.oja.coefficient' could mean any of 2: write rule.0 or rule.1",
    ),
    "into a number": (ONE, "neurons.x", "'neurons.x' leads nowhere: 'neurons' is 9"),
}


@pytest.mark.parametrize(("tables", "setting", "message"), NOWHERE.values(), ids=NOWHERE)
def test_a_path_that_leads_nowhere_is_refused(tables, setting, message):
    with pytest.raises(UnknownNameError) as caught:
        override(tables, {setting: 1})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"layers": 3, "neurons": 5},
            "layers: must be a list of tables, written [[layers]] in TOML, got 3",
        ),
        (
            {"layers": [3], "neurons": 5},
            "layers: must be a list of tables, written [[layers]] in TOML, got [3]",
        ),
        (
            {"layers.0": 3, "neurons": 5},
            "layers: must be a list of tables, written [[layers]] in TOML, got [3]",
        ),
    ],
)
def test_layers_that_are_none_are_refused_before_one_is_changed(settings, message):
    with pytest.raises(SpecError) as caught:
        override(ONE, settings)
    assert str(caught.value) == message


# -- experiments whose components were given as objects ----------------------------------------


def test_an_experiment_gives_another_one_with_other_settings():
    made = Experiment.load("bcm")
    other = made.with_(neurons=7, **{"threshold.memory": 0.5})
    assert other.to_dict() == changed(
        changed(made.to_dict(), ["layers", 0, "neurons"], 7),
        ["layers", 0, "threshold"],
        {"name": "moving_average", "memory": 0.5},
    )
    assert made == Experiment.load("bcm")


def test_a_setting_reaches_a_component_that_was_given_as_an_object():
    optimizer = Plain(rate=0.3)
    made = experiment(layer(optimizer=optimizer)).with_(**{"optimizer.rate": 0.7})
    assert isinstance(made.layers[0].optimizer, Plain)
    assert (made.layers[0].optimizer.rate, optimizer.rate) == (0.7, 0.3)


@pytest.mark.parametrize("path", ["rule.1.coefficient", "rule.toy_hebb.coefficient"])
def test_a_setting_reaches_a_term_that_was_given_as_an_object(path):
    rule = "oja", 0.1 * ToyHebb()
    terms = experiment(layer(rule=rule)).with_(**{path: 0.5}).layers[0].rule
    assert [term.coefficient for term in terms] == [1, 0.5]
    assert terms[1].rule is rule[1].terms[0].rule


def test_components_and_data_that_are_objects_stay_what_they_are():
    class Local(ToyHebb):
        """A class that no name leads to."""

    data, rule = Data(np.eye(30)), Local()
    made = experiment(layer(rule=rule), data=data).with_(epochs=3)
    assert made.data is data
    assert made.layers[0].rule[0].rule is rule
    assert run(made, seed=5).outcome == "finished"


def test_a_setting_that_an_object_lacks_is_refused():
    with pytest.raises(UnknownNameError) as caught:
        experiment(layer()).with_(**{"optimizer.rat": 1})
    assert str(caught.value) == (
        "'optimizer.rat' leads nowhere: 'plain' has no 'rat'; did you mean 'rate'?"
    )


def test_a_value_that_an_object_cannot_have_is_refused():
    with pytest.raises(SettingError) as caught:
        experiment(layer()).with_(**{"optimizer.rate": "fast"})
    assert str(caught.value) == "plain: rate must be a number, got 'fast' (learning rate)"


# -- layers, phases and storage as objects or tables ---------------------------------------------

TABLE = {"neurons": 3, "rule": "oja", "activation": "relu", "optimizer": "sgd"}
TABLE["initializer"] = "normal"


def test_objects_and_tables_say_the_same_everywhere():
    phases = [{"name": "early", "epochs": 1}, {"name": "late", "epochs": 2}]
    made = Experiment(data="digits", layers=[TABLE], phases=phases, storage={"kept": 3})
    objects = {
        "layers": [Layer(**TABLE)],
        "phases": [Phase("early", 1), Phase("late", 2)],
        "storage": Storage(kept=3),
    }
    assert Experiment(data="digits", **objects) == made
    assert Experiment.from_dict({"data": "digits", **objects}) == made
    assert Experiment.load("bcm").with_(**objects) == Experiment.load("bcm").with_(
        layers=[TABLE], phases=phases, storage={"kept": 3}
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"layers": [3]}, "layers[0]: must be a Layer or a table, got 3"),
        (
            {"phases": [{"nam": "x", "epochs": 1, "name": "x"}]},
            "phases[0]: phase has no entry 'nam'; did you mean 'name'?",
        ),
        (
            {"phases": [{"name": "x", "epochs": 0}]},
            "phases[0].epochs: must be an integer from 1, got 0",
        ),
        ({"storage": {"kept": 0}}, "storage.kept: must be an integer from 1, got 0"),
        ({"storage": 3}, "storage: must be a Storage or a table, got 3"),
    ],
)
def test_a_mistake_in_a_table_given_in_python_is_told_with_its_place(entries, message):
    with pytest.raises(SpecError) as caught:
        Experiment(**{"data": "digits", "layers": [TABLE], **entries})
    assert str(caught.value) == message
