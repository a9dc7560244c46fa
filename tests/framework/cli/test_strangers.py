"""A store from a stranger is data: whatever its spec names, nothing is imported because of it."""

import importlib
import json
import os
import shutil
import sys
import tracemalloc

import numpy as np
import pytest

import plasticity as pl
from plasticity.analysis import responses_of
from plasticity.errors import StoreError, UntrustedError
from plasticity.store.arrays import read_array
from tests.support.console import command

SAMPLES = np.random.default_rng(0).random((60, 16), dtype=np.float32)
MODULE = """
from pathlib import Path
Path(__file__).with_name("ran").touch()

from plasticity import Rule, component, hookimpl

@component
class Mine(Rule):
    @hookimpl
    def modulate(self, activity, modulation):
        modulation += activity
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run with a rule of a module of the working directory."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "from_a_stranger.py").write_text(MODULE)
    np.save(folder / "x.npy", SAMPLES)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        patched.chdir(folder)
        spec = pl.Experiment.load("bcm").with_(
            data={"name": "arrays", "path": str(folder / "x.npy")},
            neurons=3, epochs=1, batch_size=20, observers=[], threshold=None,
            rule="from_a_stranger:Mine",
        )  # fmt: skip
        pl.run(spec, out=folder / "S.zarr")
        del sys.modules["from_a_stranger"]
    (folder / "ran").unlink()
    return folder


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    """A copy of its store, where the module could be imported."""
    folder = tmp_path / "copy"
    shutil.copytree(made, folder)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)
    yield folder / "S.zarr"
    sys.modules.pop("from_a_stranger", None)


def ran(place):
    return (place.parent / "ran").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("show",), ("tail",), ("plot", "weights"), ("plot", "selectivity"), ("diff",), ("cite",),
        ("compare", "--out", "compared"), ("resume",), ("branch",),
    ],
    ids=lambda words: " ".join(words),
)  # fmt: skip
def test_no_command_imports_what_a_store_names(words, place):
    name, *more = words
    stores = [str(place)] * (2 if name in ("diff", "compare") else 1)
    result = command(name, *(more + stores if name == "plot" else stores + more))
    assert "Traceback" not in result.err
    assert not ran(place)
    assert "from_a_stranger" not in sys.modules


REFUSED = (
    "layers[0].rule: 'from_a_stranger:Mine' is no installed component, and a store that names it "
    "does not make us import 'from_a_stranger', which could run any code; if you trust the store, "
    "resume and branch take --trust (resume, branch and open_run in Python trust=True)"
)


def test_python_tells_all_of_a_run_and_imports_nothing(place):
    run = pl.open_run(place)
    (term,) = run.experiment.layers[0].rule
    assert term.rule.name == "from_a_stranger:Mine"
    assert run.weights.load().shape == (3, 16)
    assert len(run.metrics.load()) > 0
    with pytest.raises(UntrustedError) as caught:
        responses_of(run, SAMPLES)
    assert str(caught.value) == REFUSED
    with pytest.raises(UntrustedError):
        pl.resume(place, epochs=2)
    with pytest.raises(UntrustedError):
        pl.branch(place, None)
    with pytest.raises(UntrustedError):
        pl.branch(place, None, neurons=2)
    assert not ran(place)


def test_what_is_trusted_is_imported(place):
    assert responses_of(pl.open_run(place, trust=True), SAMPLES).shape == (3, 60)
    assert ran(place)


@pytest.mark.parametrize("name", ["resume", "branch"])
def test_a_command_names_the_module_and_takes_trust(name, place):
    more = ("--epochs", "2") if name == "resume" else ("--set", "epochs=2")
    assert command(name, str(place), *more) == (2, "", f"Error: {REFUSED}\n")
    assert not ran(place)
    assert command(name, str(place), *more, "--trust", "--quiet").status == 0
    assert ran(place)


def test_trust_is_not_needed_for_what_the_program_has_imported_itself(place):
    importlib.import_module("from_a_stranger")
    assert pl.resume(place, epochs=2).outcome == "finished"


def with_part(place, entry, part):
    """Let the spec of a store name another component: one of the layer, or the data."""
    told = json.loads((place / "zarr.json").read_text())
    spec = json.loads(told["attributes"]["spec"])
    (spec if entry == "data" else spec["layers"][0])[entry] = part
    told["attributes"]["spec"] = json.dumps(spec)
    (place / "zarr.json").write_text(json.dumps(told))


def test_to_show_a_store_opens_no_other_file(place):
    os.mkfifo(place.parent / "pipe.npy")  # whoever opens it waits for ever
    path = str(place.parent / "pipe.npy")
    with_part(place, "rule", "hebb")
    with_part(place, "data", {"name": "arrays", "path": path})
    assert "order of events\n  run  " in command("show", str(place)).out
    with_part(place, "initializer", {"name": "from_array", "path": path})
    told = f"layers[0].initializer would read {path}, and nothing is opened because a store says so"
    assert told in command("show", str(place)).out
    with_part(place, "initializer", {"name": "from_run", "path": "memory://nowhere"})
    assert "initializer would read memory://nowhere" in command("show", str(place)).out


@pytest.mark.parametrize("name", ["os:abort", "subprocess:Popen", "builtins:print", "os:nothing"])
def test_nothing_but_a_component_is_taken_from_what_is_imported(name, place):
    with_part(place, "rule", name)
    with pytest.raises(UntrustedError, match=name):
        responses_of(pl.open_run(place), SAMPLES)


def test_an_installed_component_may_be_named_by_its_module(place):
    with_part(place, "rule", "plasticity_plugins.rules.correlation:hebb")
    assert responses_of(pl.open_run(place), SAMPLES).shape == (3, 60)


@pytest.mark.parametrize("length", [10**6, 10**12, 2**62])
def test_a_length_that_is_false_takes_no_memory(length, place):
    told = json.loads((place / "zarr.json").read_text())
    nodes = told["consolidated_metadata"]["metadata"]
    for name, node in nodes.items():
        if name.startswith("layer_0/metrics/"):
            node["shape"][0] = length
    (place / "zarr.json").write_text(json.dumps(told))
    tracemalloc.start()
    run = pl.open_run(place)
    missing = r"is damaged: the file layer_0/metrics/\w+/c\S* is missing"
    with pytest.raises(StoreError, match=missing):
        print(run.metrics)
    for key in (..., slice(None, None, -1), (slice(0, length), 2)):
        with pytest.raises(StoreError, match=missing):
            read_array(run.store.arrays()["layer_0/metrics/selectivity"], key)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b"1", b"[]", b"\x00" * 40, b"\xff\xfe{", b"{" * 900])
def test_any_lock_that_was_left_is_taken_over(content, place, caplog):
    (place / ".lock").write_bytes(content)
    assert not pl.open_run(place).store.is_written
    assert pl.resume(place, epochs=2, trust=True).outcome == "finished"
    told = f"{place}: taken over from another process, which ended without closing the store"
    assert (told in caplog.messages) == bool(content)
