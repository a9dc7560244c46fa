"""The walls of the house: who may import and name whom."""

import ast
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import plasticity

ROOT = Path(__file__).parents[2]
FRAMEWORK = ROOT / "plasticity"
PLUGINS = ROOT / "plugins" / "plasticity_plugins"
EXAMPLES = ROOT / "examples"
PACKAGE = "plasticity_plugins"


def sources(folder):
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in folder.rglob("*.py")}


# -- the framework knows no plugin -------------------------------------------------------------


def test_the_framework_does_not_mention_the_package_of_the_plugins():
    # Not even in a text, since importlib takes one.
    files = [path for path in FRAMEWORK.rglob("*") if path.suffix in (".py", ".html", ".toml")]
    assert [path.name for path in files if PACKAGE in path.read_text()] == []


# Names of components that are words of their own. The framework may use the word, but not to
# name the component: a text that is nothing but the word must be one of WORDS_ALONE.
ORDINARY = {
    "arrays": "of a simulation",
    "batch": "of samples",
    "bounds": "of a value",
    "centre": "of a cluster",
    "clip": "of NumPy",
    "competitive": "of a rule in which neurons compete",
    "Constant": "of Python's syntax tree",
    "constant": "of a code object",
    "convergence": "of a run",
    "cosine": "of an angle",
    "digits": "of a number",
    "equation": "of a component, in its documentation",
    "linear": "of a classifier",
    "momentum": "of physics",
    "noise": "of made data",
    "normal": "of NumPy",
    "ones": "of NumPy",
    "Overlap": "of what neurons select, in a figure",
    "overlap": "of two arrays",
    "Progress": "of rich, the bars of a terminal",
    "progress": "of a clock",
    "recorder": "of a run",
    "tanh": "of NumPy",
    "selectivity": "of a neuron, in a figure",
    "uniform": "of NumPy",
    "zeros": "of NumPy",
}
WORDS_ALONE = {
    "arrays": "key of a snapshot, and a heading",
    "batch": "of the clock",
    "centre": "of a cluster",
    "competitive": "a word of `rule`",
    "constant": "an input, as a setting of every source",
    "progress": "of a clock, and the bar of the command line, if one is installed",
    "selectivity": "name of a figure",
    "tanh": "a function that formulas have",
}


def registered():
    """Names of all bundled components, long and short, and of their classes."""
    entries = [entry for entry in entry_points(group="plasticity.components") if bundled(entry)]
    names = {entry.name for entry in entries}
    names |= {name.rpartition(".")[2] for name in names}
    return names, {entry.value.partition(":")[2] for entry in entries}


def bundled(entry):
    return entry.value.startswith(PACKAGE)


def texts_and_identifiers(source):
    """All texts of a module that are not documentation, and all its names."""
    tree = ast.parse(source)
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts, names = [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            texts.append(node.value)
        names |= {getattr(node, key) for key in ("id", "attr", "name", "arg") if hasattr(node, key)}
    return texts, names


def test_the_framework_names_no_component():
    names, classes = registered()
    telling = (names | classes) - set(ORDINARY)
    found = []
    for path, source in sources(FRAMEWORK).items():
        texts, identifiers = texts_and_identifiers(source)
        words = {word for text in texts for word in re.findall(r"[\w.]+", text)}
        found += [(path, word) for word in sorted((words | identifiers) & telling, key=str)]
        found += [
            (path, text)
            for text in sorted(set(texts) & (names | classes))
            if text not in WORDS_ALONE
        ]
    assert found == []


def test_no_exception_to_this_outlives_its_reason():
    names, classes = registered()
    assert set(ORDINARY) <= names | classes
    used = {
        text for source in sources(FRAMEWORK).values() for text in texts_and_identifiers(source)[0]
    }
    assert set(WORDS_ALONE) <= used


# -- plugins know the public names alone -------------------------------------------------------

PUBLIC_MODULES = (
    "plasticity.errors",
    "plasticity.formulas",
    "plasticity.sklearn",
    "plasticity.testing",
    "plasticity.typing",
)


def foreign(source):
    """The imports from the framework that are not public."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "plasticity" and alias.name != "plasticity":
                    yield alias.name
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "plasticity":
            if node.module == "plasticity":
                yield from (a.name for a in node.names if a.name not in plasticity.__all__)
            elif node.module not in PUBLIC_MODULES:
                yield node.module


@pytest.mark.parametrize("folder", [PLUGINS, EXAMPLES], ids=lambda folder: folder.name)
def test_plugins_and_examples_import_public_names_alone(folder):
    files = sources(folder)
    assert files
    assert {path: list(foreign(text)) for path, text in files.items() if list(foreign(text))} == {}


def test_public_names_are_where_they_are_said_to_be():
    assert [name for name in plasticity.__all__ if not hasattr(plasticity, name)] == []


# -- imports run one way -----------------------------------------------------------------------

# The floors of the house: a module or package imports from lines above its own, and those on one
# line never meet. docs/architecture.md draws it.
FLOORS = """
    errors typing
    hookspecs machine
    kernels
    components
    expressions formulas
    experiment network
    fusion store
    simulation
    runs testing
    analysis sklearn
    plot sweeps
    comparison
    cli
    __main__
"""
FLOOR = {name: floor for floor, line in enumerate(FLOORS.split("\n")) for name in line.split()}


def imports_of(source):
    """The units of the framework that a module imports, and whether for the type checker alone."""
    pending = [(node, False) for node in ast.parse(source).body]
    while pending:
        node, for_types = pending.pop()
        for_types |= isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "plasticity":
            inner = node.module.split(".")[1:2]
            yield from ((name, for_types) for name in inner or [a.name for a in node.names])
        if isinstance(node, ast.Import):
            parts = [alias.name.split(".") for alias in node.names]
            yield from ((p[1], for_types) for p in parts if p[0] == "plasticity" and p[1:])
        pending += [(child, for_types) for child in ast.iter_child_nodes(node)]


def unit(path):
    """The module, or the package, to which a file of the framework belongs."""
    return path.split("/")[1].removesuffix(".py")


def edges(for_types):
    """The pairs of units of which one imports the other, with what the type checker sees or not."""
    return {
        (unit(path), name)
        for path, source in sources(FRAMEWORK).items()
        for name, only_types in imports_of(source)
        if unit(path) not in ("__init__", name) and (for_types or not only_types)
    }


def test_every_unit_has_its_floor():
    assert {unit(path) for path in sources(FRAMEWORK)} - {"__init__"} == set(FLOOR)


def test_imports_run_one_way():
    # Also those that only the type checker sees.
    assert {pair for pair in edges(for_types=True) if FLOOR[pair[1]] >= FLOOR[pair[0]]} == set()


def test_the_house_has_few_layers_and_few_edges():
    depth = {}
    found = edges(for_types=False)
    for name in sorted(FLOOR, key=FLOOR.__getitem__):
        depth[name] = 1 + max((depth[below] for above, below in found if above == name), default=0)
    assert max(depth.values()) <= 12
    assert len(edges(for_types=True)) <= 150


PICTURE = (ROOT / "docs" / "architecture.md").read_text()


def test_the_picture_has_these_floors():
    drawn = [line[:27].split() for line in PICTURE.split("```")[1].strip().split("\n")]
    assert drawn[::-1] == [line.split() for line in FLOORS.strip().split("\n")]


def test_the_page_with_the_picture_names_files_that_exist():
    named = re.findall(r"`([\w./]+\.(?:py|pyi|md))`", PICTURE)
    assert [
        path for path in named if not any((at / path).is_file() for at in (ROOT, FRAMEWORK))
    ] == []


# -- a light start -----------------------------------------------------------------------------


HEAVY = {"numba", "zarr", "xarray", "matplotlib", "sklearn", "scipy", PACKAGE}


def imported_by(code):
    """The top-level packages that a fresh Python has imported after this code."""
    code += "\nimport sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_importing_plasticity_imports_nothing_heavy():
    assert imported_by("import plasticity") & (HEAVY | {"numpy"}) == set()


def test_the_names_of_an_author_import_nothing_heavy():
    names = "component, hookimpl, setting, Rule, Variable, Stream, Experiment, Layer, Phase, Data"
    assert imported_by(f"from plasticity import {names}") & HEAVY == set()


def test_the_help_of_the_command_line_imports_nothing_heavy():
    code = "import sys; sys.argv = ['plasticity', '--help']\nfrom plasticity.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass"
    assert imported_by(code) & HEAVY == set()


def test_the_names_of_components_are_listed_without_importing_them():
    code = "from plasticity.experiment import registry\nassert 'relu' in registry.entries()"
    assert imported_by(code) & HEAVY == set()


# -- every event is tried ----------------------------------------------------------------------


def test_every_event_is_mentioned_in_a_test():
    from plasticity.hookspecs import EVENTS

    tests = {
        path: text for path, text in sources(ROOT / "tests").items() if "test_walls" not in path
    }
    everything = "\n".join(tests.values())
    assert [name for name in EVENTS if not re.search(rf"\b{name}\b", everything)] == []
