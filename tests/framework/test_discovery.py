"""Names of components, as installed packages register them."""

import pytest
from toys import experiment, layer

from plasticity import assemble, discovery
from plasticity.errors import ConflictError, SpecError, UnknownNameError


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make a package with one component known to importlib.metadata, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution, entry, module=""):
        metadata = tmp_path / f"{distribution}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[plasticity.components]\n{entry}\n")
        (tmp_path / f"{distribution}_code.py").write_text(module)
        discovery._entries.cache_clear()

    yield install
    monkeypatch.undo()
    discovery._entries.cache_clear()


def refusal(error, name, role=""):
    with pytest.raises(error) as caught:
        discovery.find(name, role)
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
    assert "broken" in discovery.entries()


def test_an_unknown_name_is_refused_with_the_nearest():
    assert str(refusal(UnknownNameError, "krotov_hopfeld")) == (
        "unknown component 'krotov_hopfeld'; did you mean 'krotov_hopfield'? (plasticity plugins "
        "lists all)"
    )


def test_a_short_name_means_the_component_of_the_role_at_hand():
    assert discovery.find("uniform", "lateral").__name__ == "UniformLateral"
    assert discovery.find("uniform", "initializer").__name__ == "Uniform"


def test_a_short_name_without_its_role_is_refused_with_the_long_ones():
    assert str(refusal(UnknownNameError, "uniform")) == (
        "unknown component 'uniform'; did you mean 'initializer.uniform' or 'lateral.uniform'? "
        "(plasticity plugins lists all)"
    )


def test_a_component_may_be_named_by_module_and_class():
    assert discovery.find("toys:Plain").__name__ == "Plain"
