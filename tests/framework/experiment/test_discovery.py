"""Names of components, as installed packages register them."""

import json
import sys

import pytest

from plasticity import assemble
from plasticity.errors import ConflictError, SpecError, UnknownNameError
from plasticity.experiment import registry
from tests.support.toys import experiment, layer


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make a package with one component known to importlib.metadata, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution, entry, module="", group="plasticity.components"):
        metadata = tmp_path / f"{distribution}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")
        (tmp_path / f"{distribution}_code.py").write_text(module)
        registry.entries.cache_clear()

    yield install
    monkeypatch.undo()
    registry.entries.cache_clear()


def refusal(error, name, role=""):
    with pytest.raises(error) as caught:
        registry.find(name, role)
    assert type(caught.value) is error
    return caught.value


LEAK = """
from plasticity import component, hookimpl

@component
class Leak:
    @hookimpl
    def shape_current(self, current):
        current *= 0.5
"""


def test_a_package_registers_a_component_by_name(install):
    install("leaky", "leak = leaky_code:Leak", LEAK)
    simulation = assemble(experiment(layer(lateral="leak")))
    assert simulation.layers[0].components["layers[0].lateral"].label == "leak"
    assert experiment(layer(lateral="leak")).to_dict()["layers"][0]["lateral"] == "leak"


def test_a_name_that_two_packages_claim_is_refused_naming_both(install):
    install("one", "leak = one_code:Leak", LEAK)
    install("other", "leak = other_code:Leak", LEAK)
    assert str(refusal(ConflictError, "leak")) == (
        "two distributions claim the component 'leak': one 1.0 and other 1.0; uninstall one of them"
    )


def test_a_name_that_a_bundled_component_has_is_refused_too(install):
    install("mine", "oja = mine_code:Leak", LEAK)
    assert str(refusal(ConflictError, "oja")).startswith(
        "two distributions claim the component 'oja': mine 1.0 and plasticity-lab "
    )


def test_a_module_that_does_not_import_is_told_with_its_package(install):
    install("broken", "broken = broken_code:Leak", "import nothing_of_that_name\n")
    error = refusal(SpecError, "broken")
    assert str(error) == (
        "component 'broken' of broken 1.0 cannot be loaded from 'broken_code:Leak': "
        "ModuleNotFoundError: No module named 'nothing_of_that_name'"
    )
    assert isinstance(error.__cause__, ModuleNotFoundError)


def test_a_class_that_is_not_there_is_told_with_its_package(install):
    install("empty", "empty = empty_code:Leak")
    assert str(refusal(SpecError, "empty")) == (
        "component 'empty' of empty 1.0 cannot be loaded from 'empty_code:Leak': AttributeError: "
        "module 'empty_code' has no attribute 'Leak'"
    )


def test_listing_names_imports_nothing(install):
    install("broken", "broken = broken_code:Leak", "raise RuntimeError\n")
    assert "broken" in registry.entries()


def test_an_unknown_name_is_refused_with_the_nearest():
    assert str(refusal(UnknownNameError, "krotov_hopfeld")) == (
        "unknown component 'krotov_hopfeld'; did you mean 'krotov_hopfield'? (plasticity plugins "
        "lists all)"
    )


def test_a_short_name_means_the_component_of_the_role_at_hand():
    assert registry.find("uniform", "lateral").__name__ == "UniformLateral"
    assert registry.find("uniform", "initializer").__name__ == "Uniform"


def test_a_short_name_without_its_role_is_refused_with_the_long_ones():
    assert str(refusal(UnknownNameError, "uniform")) == (
        "unknown component 'uniform'; did you mean 'initializer.uniform' or 'lateral.uniform'? "
        "(plasticity plugins lists all)"
    )


# -- editable packages ---------------------------------------------------------------------------

PROJECT = """
[project.entry-points."plasticity.components"]
leak = "leaky_code:Leak"
"threshold.later" = "leaky_code:Later"
"""


@pytest.fixture
def editable(install, tmp_path):
    """A package that is installed editable and whose pyproject.toml was changed since then."""
    install("leaky", "leak = before_code:Leak", LEAK)
    place = tmp_path / "leaky source"
    place.mkdir()
    (place / "pyproject.toml").write_text(PROJECT)
    told = {"url": place.as_uri(), "dir_info": {"editable": True}}
    (tmp_path / "leaky-1.0.dist-info" / "direct_url.json").write_text(json.dumps(told))
    return place


def again(value, place):
    return (
        f"leaky has it as {value!r} in its pyproject.toml, but not since it was installed; "
        f"reinstall it: pip install -e {place}"
    )


@pytest.mark.parametrize(("name", "role"), [("threshold.later", ""), ("later", "threshold")])
def test_a_name_that_a_package_got_after_it_was_installed_tells_to_reinstall(editable, name, role):
    assert str(refusal(UnknownNameError, name, role)) == (
        f"unknown component {name!r}: {again('leaky_code:Later', editable)}"
    )


def test_a_class_that_moved_after_its_package_was_installed_tells_to_reinstall(editable):
    assert str(refusal(SpecError, "leak")) == (
        "component 'leak' of leaky 1.0 cannot be loaded from 'before_code:Leak': "
        f"ModuleNotFoundError: No module named 'before_code'; {again('leaky_code:Leak', editable)}"
    )


@pytest.mark.parametrize("broken", ["[project", "[project]\nentry-points = 3", None])
def test_a_project_that_cannot_be_read_tells_nothing(editable, broken):
    if broken is None:
        (editable / "pyproject.toml").unlink()
    else:
        (editable / "pyproject.toml").write_text(broken)
    assert str(refusal(UnknownNameError, "lattter")).startswith("unknown component 'lattter'")


# -- modules -------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory, which is not on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("mymod", "beside_mymod"):
        sys.modules.pop(name, None)


def test_a_module_of_the_working_directory_is_imported(here):
    (here / "beside_mymod.py").write_text(LEAK)
    (here / "mymod.py").write_text(
        "from beside_mymod import Leak\nclass Outer:\n    Inner = Leak\n"
    )
    assert registry.find("mymod:Leak").__name__ == "Leak"
    assert registry.find("mymod:Outer.Inner") is registry.find("mymod:Leak")


def test_an_installed_module_comes_before_one_of_the_working_directory(here):
    (here / "sched.py").write_text("raise RuntimeError\n")
    assert registry.find("sched:scheduler").__name__ == "scheduler"


def test_a_module_that_is_nowhere_is_told_and_the_path_stays_as_it_was(here):
    before = list(sys.path)
    assert str(refusal(SpecError, "mymod:Leak")) == (
        "component 'mymod:Leak' cannot be loaded from 'mymod:Leak': ModuleNotFoundError: No module "
        "named 'mymod'"
    )
    assert sys.path == before


def test_a_module_that_lacks_another_one_is_told_with_it(here):
    (here / "mymod.py").write_text("import nothing_of_that_name\n")
    assert str(refusal(SpecError, "mymod:Leak")).endswith("No module named 'nothing_of_that_name'")


def test_a_component_may_be_named_by_module_and_class():
    assert registry.find("tests.support.toys:Plain").__name__ == "Plain"


LOOKS = """
class Looks:
    def __init__(self):
        raise KeyError("eyes")
"""


def test_a_diagnostic_that_cannot_be_made_or_is_claimed_twice_is_left_out(install, caplog):
    group = registry.DIAGNOSTICS
    install("blind", "looks = blind_code:Looks", LOOKS, group)
    install("one", "leak = one_code:Leak", LEAK, group)
    install("other", "leak = other_code:Leak", LEAK, group)
    places = assemble(experiment(layer())).layers[0].components
    assert not {"diagnostics.looks", "diagnostics.leak"} & set(places)
    assert [text for text in caplog.messages if "left out" in text] == [
        "diagnostic 'leak' is left out: ConflictError: two distributions claim the diagnostic "
        "'leak': one 1.0 and other 1.0; uninstall one of them",
        "diagnostic 'looks' is left out: KeyError: 'eyes'",
    ]
