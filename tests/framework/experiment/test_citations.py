"""BibTeX entries: keys are looked up in the package of a component, entries need no file."""

import importlib
import sys

import pytest

from plasticity.errors import ContractError, UnknownNameError
from plasticity.experiment.citations import entries_of, short_form
from plasticity.testing import CHECKS

ENTRY = "@article{gauss1809, author = {Gauß, Carl}, title = {Least squares}, year = 1809}"
OTHER = "@book{weyl1918, author = {Weyl, Hermann}, title = {Space}, year = 1918}"
RULE = '''
from plasticity import rule


@rule("plain", source={source!r})
def plain(y):
    """phi = y"""
    return y
'''


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write a package `gaussian` with a rule in it, and give the rule."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(source, bibliography=None):
        folder = tmp_path / "gaussian" / "rules"
        folder.mkdir(parents=True)
        for name in ("gaussian", "gaussian/rules"):
            (tmp_path / name / "__init__.py").touch()
        (folder / "plain.py").write_text(RULE.format(source=source))
        if bibliography is not None:
            (tmp_path / "gaussian" / "references.bib").write_text(bibliography)
        return importlib.import_module("gaussian.rules.plain").plain

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "gaussian"]:
        del sys.modules[name]


def test_a_key_is_looked_up_in_the_file_of_the_package_of_the_class(written):
    plain = written("weyl1918, gauss1809", f"{ENTRY}\n\n{OTHER}\n")
    assert entries_of(plain, plain().cite()) == [OTHER, ENTRY]


def test_a_whole_entry_needs_no_file(written):
    plain = written(f"{ENTRY}\n\n{OTHER}")
    assert entries_of(plain, plain().cite()) == [ENTRY, OTHER]


def test_a_subclass_elsewhere_cites_what_its_base_does(written):
    plain = written("gauss1809", ENTRY)
    derived = type("Derived", (plain,), {"__module__": __name__})
    assert entries_of(derived, derived().cite()) == [ENTRY]


def test_a_key_that_is_not_in_the_file_is_refused_with_the_file_and_a_near_key(written, tmp_path):
    plain = written("gaus1809", ENTRY)
    with pytest.raises(UnknownNameError) as caught:
        entries_of(plain, plain().cite())
    path = tmp_path / "gaussian" / "references.bib"
    message = f"plain: no entry 'gaus1809' in {path}; did you mean 'gauss1809'?"
    assert str(caught.value) == message
    with pytest.raises(ContractError, match=r"^'plain' fails check 'documented': UnknownName"):
        CHECKS["documented"](plain)


def test_a_key_without_a_file_is_refused_with_the_way_out(written, tmp_path):
    plain = written("gauss1809")
    with pytest.raises(UnknownNameError) as caught:
        entries_of(plain, plain().cite())
    path = tmp_path / "gaussian" / "references.bib"
    assert str(caught.value) == (
        f"plain: no entry 'gauss1809' in {path}, which is not there; a source may be an entry as "
        "well"
    )


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("@misc{a, author = {van Rossum, Mark and Bi, G}, year = 2000}", "van Rossum & Bi (2000)"),
        ("@misc{a, author = {A, B and C, D and E, F}, Title = {{G}h}}", "A et al., Gh"),
        ("@misc{a, title = {No closing brace", "@misc{a"),
        ("@misc{a}", "@misc{a}"),
    ],
)
def test_an_entry_is_said_in_a_line_as_far_as_it_can_be_read(entry, line):
    assert short_form(entry) == line
