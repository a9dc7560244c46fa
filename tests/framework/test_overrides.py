"""Settings by dotted path: what they change, and what is said of a path that leads nowhere."""

from __future__ import annotations

from copy import deepcopy

import pytest

from plasticity.errors import SpecError, UnknownNameError
from plasticity.overrides import override, parse

ONE = {"data": "digits", "layers": [{"neurons": 9, "rule": "bcm", "activation": "relu"}]}
TWO = {
    "data": "digits",
    "epochs": 2,
    "layers": [
        {"neurons": 9, "rule": ["bcm", {"name": "oja", "coefficient": 0.1}]},
        {"neurons": 3, "rule": "hebb"},
    ],
}


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


def test_epochs_and_phases_replace_each_other():
    phases = [{"name": "early", "epochs": 1}]
    assert "epochs" not in override(TWO, {"phases": phases})
    assert "phases" not in override(override(TWO, {"phases": phases}), {"epochs": 3})


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
        "'layers.2.neurons' leads nowhere: '2' is not a position in a list of 2",
    ),
    "a name in a list": (
        TWO,
        "layers.0.rule.power",
        "'layers.0.rule.power' leads nowhere: 'power' is not a position in a list of 2",
    ),
    "a part that is not there": (
        ONE,
        "lateral.strength",
        "'lateral.strength' leads nowhere: the layer has no 'lateral'",
    ),
    "into a number": (ONE, "neurons.x", "'neurons.x' leads nowhere: 'neurons' is 9"),
}


@pytest.mark.parametrize(("tables", "setting", "message"), NOWHERE.values(), ids=NOWHERE)
def test_a_path_that_leads_nowhere_is_refused(tables, setting, message):
    with pytest.raises(UnknownNameError) as caught:
        override(tables, {setting: 1})
    assert str(caught.value) == message
