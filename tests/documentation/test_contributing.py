"""What the notes for contributors name is there, and the package can be cited."""

import re
import shlex
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", NOTES, re.MULTILINE | re.DOTALL)


def words_of_commands():
    return [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]


def test_the_files_that_the_notes_name_exist():
    written = re.findall(r"`((?:tests|plasticity|plugins)/[\w./]*|\.ci/run|\w+\.\w+)`", NOTES)
    typed = [word for words in words_of_commands() for word in words if word.startswith("tests/")]
    linked = [f"docs/{target}" for target in re.findall(r"\]\(([^)]+)\)", NOTES)]
    assert [name for name in (*written, *typed, *linked) if not (ROOT / name).exists()] == []


def test_the_programs_that_the_notes_call_are_installed_by_their_first_command():
    words = {word for words in words_of_commands() for word in words}
    programs = {Path(word).name for word in words if word.startswith(".venv/bin/")}
    tests = PROJECT["project"]["optional-dependencies"]["test"]
    given = [*tests, *PROJECT["dependency-groups"]["dev"]]
    assert programs - {"pip", "python"} <= {re.match(r"[\w-]+", name)[0] for name in given}


def test_the_blocks_of_python_run():
    for code in blocks("python"):
        exec(compile(code, "contributing.md", "exec"), {"__name__": "contributing"})


def test_the_notes_are_short():
    assert len(NOTES.splitlines()) <= 120


def test_the_citation_file_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    (author,) = citation["authors"]
    assert f"(c) 2026 {author['name']}" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_types_are_there_for_those_who_import_the_packages():
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (ROOT / package / "py.typed").is_file()


def test_the_hooks_before_a_commit_need_nothing_that_is_installed():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repository,) = yaml.safe_load(text)["repos"]
    known = {re.match(r"[\w-]+", name)[0] for name in PROJECT["project"]["dependencies"]}
    for hook in repository["hooks"]:
        tool, *others = hook["additional_dependencies"]
        assert (hook["language"], hook["entry"].split()[0]) == ("python", tool)
        assert set(others) <= known
