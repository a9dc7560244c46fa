"""The author's guide names every event as it is, and its code runs."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import plasticity as pl
from plasticity.components.events import ROLES
from plasticity.components.interface import Interface, interface_of
from plasticity.hookspecs import EVENTS
from plasticity.testing import CHECKS, check_component

GUIDE = Path(__file__).parents[2] / "plugins" / "README.md"
TEXT = GUIDE.read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## (\w+)\((.*)\)$", TEXT, flags=re.MULTILINE)


def section(event):
    return TEXT.split(f"\n## {event}(")[1].split("\n## ")[0]


def chapter(title):
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def names():
    """What the code of the guide defines, run from top to bottom."""
    defined = {"__name__": "author_guide"}
    for code in blocks(TEXT, "python"):
        exec(compile(code, str(GUIDE), "exec"), defined)
    return defined


@pytest.fixture
def stars(names, tmp_path, monkeypatch):
    """The table of the example that downloads, fetched from a file."""
    monkeypatch.setenv("PLASTICITY_CACHE", str(tmp_path / "cache"))
    table = tmp_path / "table.csv"
    table.write_text("1,2,3\n4,5,6\n7,8,9\n")
    return names["Spectra"](url=table.as_uri()).fetch_data(tmp_path / "cache" / "spectra")


def test_the_roles_are_told_with_their_events_in_the_order_that_decides():
    told = chapter("Time and state").partition("first of this list")[2]
    found = re.findall(r"(\w+)\s\(((?:`\w+`(?:,\s)?)+)\)", told)
    events = {role: tuple(re.findall(r"\w+", names)) for role, names in found}
    assert list(events.items()) == list(ROLES.items())[:-1]


def test_the_attributes_by_which_a_component_says_something_are_all_told():
    told = re.findall(r"^\| `(\w+)", chapter("What a component says by attributes"), re.MULTILINE)
    said = [name for name, value in vars(Interface).items() if type(value).__name__ == "_Attribute"]
    assert sorted(told) == sorted([*said, "label", "kernels"])


def test_every_event_has_a_heading_with_its_arguments_in_order_of_emission():
    expected = [(event.name, ", ".join(event.arguments)) for event in EVENTS.values()]
    assert expected == HEADINGS


@pytest.mark.parametrize("event", EVENTS)
def test_the_guide_tells_the_kind_of_an_event(event):
    assert section(event).split("\n\n")[1].startswith(f"Kind: *{EVENTS[event].kind}*. ")


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.usefixtures("stars")
def test_the_example_of_an_event_answers_it_runs_and_resumes(event, names):
    classes = re.findall(r"^class (\w+)", section(event), flags=re.MULTILINE)
    assert len(classes) == 1
    example = names[classes[0]]
    assert event in interface_of(example).events
    for check in ("documented", "fills", "leaves_alone", "adds", "resumes"):
        CHECKS[check](example)


@pytest.mark.parametrize(
    "name", ["ic92", "leaky_hebb", "winner_takes_all", "Gain", "Tremor", "Averaged"]
)
def test_the_first_examples_keep_the_contract(name, names):
    check_component(names[name])


def test_the_example_of_a_source_that_draws_keeps_the_contract(names):
    check_component(names["Lamps"], samples=7)


def test_the_example_of_a_kernel_lets_its_layer_be_compiled(names):
    parts = {"rule": "oja", "activation": "linear", "initializer": "normal", "neurons": 2}
    layer = pl.Layer(optimizer=names["Averaged"](), **parts)
    made = pl.assemble(
        pl.Experiment(data=pl.Data(np.eye(3)), layers=(layer,), batch_size=1, fuse="always")
    )
    assert made.explain_step(made.layers[0]) is None


def test_the_download_is_where_the_source_looks(names, stars):
    assert (stars / "spectra.csv").is_file()
    assert names["Spectra"]().open_data("train").samples.shape == (3, 3)


def test_the_report_is_a_heading_and_a_text(names):
    run = pl.run("bcm", neurons=2, epochs=1, observers=[])
    heading, text = names["Norms"]().report(run)
    assert heading == "Norms of the weights"
    assert re.fullmatch(r"From [\d.]+ to [\d.]+\.", text)


def test_the_registration_is_toml_of_the_right_group():
    (text,) = blocks(chapter("Registering"), "toml")
    points = tomllib.loads(text)["project"]["entry-points"]["plasticity.components"]
    assert points == {"ic92_again": "my_package.rules:ic92"}


def test_the_equation_is_toml_of_a_rule_that_keeps_the_contract():
    (text,) = blocks(chapter("A rule as an equation"), "toml")
    table = tomllib.loads(text)["rule"]
    check_component(table.pop("name"), **table)


def test_the_guide_compiles_by_our_njit_and_keeps_its_lines_short():
    assert "from numba" not in TEXT
    prose = [line for line in TEXT.splitlines() if not line.startswith("|")]
    assert max(map(len, prose)) <= 105
