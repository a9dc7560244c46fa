"""`plasticity plugins`, `events`, `show`, `cite` and `fetch`: what they tell."""

from __future__ import annotations

import inspect
import os
import sys

import numpy as np
import pytest

import plasticity as pl
from plasticity.cli.describe import setting_lines
from plasticity.components.events import ROLES
from plasticity.experiment.citations import entries_of, short_form
from plasticity.experiment.registry import DIAGNOSTICS, entries, find, short
from plasticity.hookspecs import EVENTS
from tests.support.console import SMALL, command, finish, start


def block(text: str, first: str) -> list[str]:
    """The lines below a line, as far as they are indented more than it."""
    lines = iter(text.splitlines())
    depth = next(len(line) - len(line.lstrip()) for line in lines if line.strip() == first)
    found = []
    for line in lines:
        if len(line) - len(line.lstrip()) <= depth:
            break
        found.append(line.strip())
    return found


# -- plugins -----------------------------------------------------------------------------------


def test_every_registered_component_and_diagnostic_is_listed():
    listed = command("plugins").out.splitlines()
    titles = [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]
    assert sorted(titles) == sorted(map(short, [*entries(), *entries(DIAGNOSTICS)]))


def test_a_component_is_told_with_its_settings_and_its_paper():
    told = block(command("plugins").out, f"krotov_hopfield  plasticity-lab {pl_version()}")
    assert told == [
        "Hebbian learning for the unit that wins a sample, anti-Hebbian for the one ranked k.",
        "power = 2.0  (a number, (1, inf)): p of the norm; 2 and 3 are published",
        "rank = 2  (an integer, [2, inf)): rank k of the unit that learns with the opposite sign",
        "anti_hebbian = 0.4  (a number, [0, inf)): strength delta of the opposite sign; 0 turns "
        "it off",
        "source: Krotov & Hopfield (2019), Unsupervised learning by competing hidden units",
    ]


def test_one_component_is_told_with_its_documentation_settings_events_and_paper():
    told = command("plugins", "moving_average").out.splitlines()
    cls = find("moving_average")
    assert told[:2] == ["threshold", f"  moving_average  plasticity-lab {pl_version()}"]
    assert [line.strip() for line in told[2:]] == [
        "plasticity_plugins.thresholds.mean_square:MovingAverage",
        *(line.strip() for line in inspect.getdoc(cls).splitlines()),
        "",
        *setting_lines(cls),
        *(f"answers {event}: {EVENTS[event].kind}{how}" for event, how in ANSWERED),
        f"source: {short_form(*entries_of(cls, cls.source))}",
    ]


ANSWERED = [("estimate_threshold", ", compiled"), ("cite", "")]


def test_what_has_no_kernel_is_told_and_what_needs_a_setting_is_shown():
    assert "answers propose_update: chain, not compiled" in command("plugins", "sanger").out
    assert "path = must be given" in command("plugins", "from_array").out


def test_diagnostics_are_listed_and_told_of_by_name():
    name = f"silent_neurons  plasticity-lab {pl_version()}"
    listed = command("plugins").out.splitlines()
    assert listed.index("diagnostic") < listed.index(f"  {name}")
    told = command("plugins", "silent_neurons").out.splitlines()
    assert told[:3] == [
        "diagnostic",
        f"  {name}",
        "    plasticity_plugins.diagnostics.silent_neurons:SilentNeurons",
    ]
    assert "diagnostic" not in command("plugins", "--role", "observer").out.splitlines()


def test_all_components_of_a_name_are_told_or_that_of_a_role():
    both = command("plugins", "uniform").out.splitlines()
    assert [line for line in both if line and line[0] != " "] == ["lateral", "initializer"]
    one = command("plugins", "uniform", "--role", "lateral").out.splitlines()
    assert [line for line in one if line and line[0] != " "] == ["lateral"]


@pytest.mark.parametrize(
    "name", ["oja", "digits", "recorder", "mexican_hat", "tests.support.toys:Plain"]
)
def test_a_component_of_any_kind_can_be_shown(name):
    result = command("plugins", name)
    assert (result.status, result.err) == (0, "")
    assert "answers " in result.out


def test_an_unknown_component_is_told_with_the_nearest():
    assert command("plugins", "bmc") == (
        2,
        "",
        "Error: unknown component 'bmc'; did you mean 'bcm'? (plasticity plugins lists all)\n",
    )


def pl_version() -> str:
    from importlib.metadata import version

    return version("plasticity-lab")


def test_a_role_can_be_asked_for():
    out = command("plugins", "--role", "optimizer").out
    assert [line for line in out.splitlines() if not line.startswith(" ")] == ["optimizer"]
    assert "  sgd  plasticity-lab" in out


@pytest.fixture
def strangers(tmp_path):
    """The environment of a process in which two more packages register components."""
    registered = {
        "stranger": "broken = no_such_module:Rule\nvoid = stranger:Void\nvague = stranger:Vague",
        "other": "oja = stranger:Void",
    }
    for name, points in registered.items():
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[plasticity.components]\n{points}\n")
    (tmp_path / "stranger.py").write_text(
        "from plasticity import component, hookimpl, setting\n"
        "class Void: pass\n"
        "@component\n"
        "class Vague:\n"
        "    size: 'Missing' = setting(default=1, doc='of a type that is not defined')\n"
        "    @hookimpl\n"
        "    def epoch_finished(self, clock): ...\n"
    )
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def test_what_cannot_be_used_is_listed_with_its_reason_after_the_others(strangers):
    result = finish(start("plugins", env=strangers))
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith(
        "not usable\n"
        "  broken: SpecError: component 'broken' of stranger 1.0 cannot be loaded from "
        "'no_such_module:Rule': ModuleNotFoundError: No module named 'no_such_module'\n"
        "  oja: ConflictError: two distributions claim the component 'oja': other 1.0 and "
        f"plasticity-lab {pl_version()}; uninstall one of them\n"
        "  vague: NameError: name 'Missing' is not defined\n"
        "  void: ContractError: 'void' answers no event: mark its methods with @hookimpl "
        "(plasticity events lists all events)\n"
    )
    assert "  sgd  plasticity-lab" in result.out


def test_a_name_that_two_packages_claim_cannot_be_used(strangers):
    result = finish(start("run", "bcm", *SMALL, "--set", "rule=oja", env=strangers))
    assert result == (
        2,
        "",
        "Error: two distributions claim the component 'oja': other 1.0 and plasticity-lab "
        f"{pl_version()}; uninstall one of them\n",
    )


# -- events ------------------------------------------------------------------------------------


def test_every_event_is_listed_in_order_with_arguments_kind_and_meaning():
    out = command("events").out
    expected = [
        line
        for event in EVENTS.values()
        for line in (
            f"{event.name}({', '.join(event.arguments)})",
            f"    {event.kind}: {event.doc}",
        )
    ]
    assert out.splitlines() == expected


# -- show --------------------------------------------------------------------------------------


def test_a_preset_is_shown_with_all_its_settings_and_defaults():
    out = command("show", "krotov_hopfield").out
    experiment = block(out, "experiment")
    assert "dtype = 'float32'" in experiment
    assert "data = digits" in experiment
    layer = block(out, "layer_0")
    assert "neurons = 100" in layer
    rank = "rank = 2  (an integer, [2, inf)): rank k of the unit that learns with the opposite"
    assert f"{rank} sign" in layer


def test_a_spec_is_shown_with_the_order_in_which_components_answer(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO_LAYERS)
    order = block(command("show", str(path)).out, "order of events")
    assert [line.split(maxsplit=2)[:2] for line in order] == ORDER
    assert [" ".join(line.split()) for line in order if " modulate " in line] == [
        "layer_0 modulate oja (layers[0].rule[0]), hebb (layers[0].rule[1])",
        "above modulate oja (layers[1].rule)",
    ]


TWO_LAYERS = """
data = "digits"
metrics = ["overlap"]

[[layers]]
neurons = 5
rule = ["oja", { name = "hebb", coefficient = 0.1 }]
activation = "relu"
optimizer = "sgd"
initializer = "normal"
constraints = [{ name = "bounds", low = -1.0, high = 1.0 }]

[[layers]]
neurons = 3
rule = "oja"
activation = "linear"
optimizer = "sgd"
initializer = "normal"
name = "above"
"""
ORDER = [
    ["run", "open_data"],
    ["layer_0", "init_state"],
    ["above", "init_state"],
    ["run", "epoch_started"],
    ["run", "draw_batch"],
    ["layer_0", "compute_current"],
    ["layer_0", "activate"],
    ["layer_0", "modulate"],
    ["layer_0", "(the"],
    ["layer_0", "apply_update"],
    ["layer_0", "constrain_weights"],
    ["layer_0", "measure"],
    ["above", "compute_current"],
    ["above", "activate"],
    ["above", "modulate"],
    ["above", "(the"],
    ["above", "apply_update"],
    ["above", "measure"],
    ["run", "cite"],
]


def test_a_spec_that_cannot_be_assembled_is_shown_with_the_reason(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO_LAYERS.replace('"linear"', '"linar"'))
    result = command("show", str(path))
    assert result.status == 0
    assert "activation = linar (not installed)" in block(result.out, "above")
    assert block(result.out, "order of events") == [
        "unknown, because the experiment cannot be assembled: layers[1].activation: unknown "
        "component 'linar'; did you mean 'linear'? (plasticity plugins lists all)"
    ]


def test_a_store_is_shown_with_outcome_arrays_and_last_measurements(tmp_path):
    out = tmp_path / "o"
    command("run", "bcm", *SMALL, "--quiet", "--out", str(out))
    shown = command("show", str(out)).out
    run = block(shown, "run")
    assert [" ".join(line.split()) for line in run[:2]] == ["outcome finished", "steps 15 of 15"]
    arrays = [" ".join(line.split()) for line in block(shown, "arrays")]
    assert "layer_0/state/weights (neuron 5, input 64) float32 1.28 kB" in arrays
    assert "layer_0/metrics/selectivity (step 1, neuron 5) float64 40 B" in arrays
    overlap = float(pl.open_run(out).metrics["overlap"][-1])
    measurements = [" ".join(line.split()) for line in block(shown, "measurements")]
    assert f"overlap {overlap:.6g}" in measurements
    assert "neurons = 5" in block(shown, "layer_0")


def test_a_store_of_data_given_in_python_is_shown_with_its_order(tmp_path):
    out = tmp_path / "o"
    samples = np.random.default_rng(0).random((200, 7))
    pl.run("bcm", data=samples, neurons=5, epochs=1, metrics=[], observers=[], out=out)
    shown = command("show", str(out)).out
    order = block(shown, "order of events")
    assert order[0].split() == ["run", "open_data", "given_data", "(data)"]
    assert "data = given in Python" in block(shown, "experiment")


# -- cite --------------------------------------------------------------------------------------


def keys(bibtex: str) -> list[str]:
    """The keys of BibTeX entries."""
    found = [line for line in bibtex.splitlines() if line.startswith("@")]
    return [line.partition("{")[2].rstrip(",") for line in found]


def test_the_papers_of_an_experiment_are_printed_once_each_in_the_order_of_the_spec(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO_LAYERS.replace('["overlap"]', "[]"))
    result = command("cite", str(path))
    assert (result.status, result.err) == (0, "")
    assert keys(result.out) == [
        "alpaydin1998optical",
        "oja1982simplified",
        "hebb1949organization",
        "nair2010rectified",
        "robbins1951stochastic",
        "cooper2004theory",
    ]


def test_a_store_is_cited_like_the_spec_that_made_it(tmp_path):
    out = tmp_path / "o"
    command("run", "bcm", *SMALL, "--quiet", "--out", str(out))
    cited = command("cite", str(out)).out
    assert cited == command("cite", "bcm").out
    assert "law1994formation" in keys(cited)


def test_data_given_in_python_cite_nothing(tmp_path):
    out = tmp_path / "o"
    samples = np.random.default_rng(0).random((200, 7))
    pl.run("bcm", data=samples, neurons=5, epochs=1, metrics=[], observers=[], out=out)
    assert "alpaydin1998optical" not in keys(command("cite", str(out)).out)


# -- fetch -------------------------------------------------------------------------------------

SOURCE = """
from plasticity import component, hookimpl
from plasticity.errors import DataError

@component
class Letters:
    @hookimpl
    def open_data(self, split): ...

    @hookimpl
    def fetch_data(self, folder):
        if folder.exists():
            raise DataError(f"{folder}: no answer from the server; look at the network")
        folder.mkdir()
        return folder
"""


@pytest.fixture
def letters(tmp_path, monkeypatch):
    """A source of a user, that a command names as "letters:Letters"."""
    (tmp_path / "letters.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "letters:Letters"
    sys.modules.pop("letters")


def test_a_source_fetches_its_data_into_the_folder_asked_for(letters, tmp_path):
    folder = tmp_path / "data"
    result = command("fetch", letters, "--folder", str(folder))
    assert result == (0, f"letters:Letters: {folder}\n", "")
    assert folder.is_dir()


def test_a_download_that_fails_ends_with_status_1_and_the_reason(letters, tmp_path):
    result = command("fetch", letters, "--folder", str(tmp_path))
    assert result == (1, "", f"Error: {tmp_path}: no answer from the server; look at the network\n")


def test_every_role_has_a_name_for_the_option_role():
    assert all(command("plugins", "--role", role).status == 0 for role in ROLES)
