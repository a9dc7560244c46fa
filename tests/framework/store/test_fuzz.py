"""Specs and stores that were tampered with are right, or refused by an error that names the place.

Not looked for is what makes another store, as good as the first: a length that was cut in the
metadata, or two files of values of one layout that changed places.
"""

import json
import random
import tomllib

import numpy as np
import pytest
import tomli_w
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import plasticity as pl
from plasticity import Experiment, assemble
from plasticity.errors import PlasticityError, SpecError
from plasticity.experiment.registry import PRESETS, text_of
from plasticity.store.arrays import read_array
from plasticity.store.encoding.attributes import decoded, encoded
from tests.support.effort import cases
from tests.support.mutating import OF_TOML, damaged, mutated
from tests.support.recorded import simulation

# What is drawn is the seed of a mutation, of which nothing smaller could be made.
CASES = settings(max_examples=cases(500), derandomize=True, database=None, phases=(Phase.generate,))
SEEDS = st.integers(0, 2**32)


# -- specs ---------------------------------------------------------------------------------------

SPECS = [
    text_of("bcm", PRESETS),
    text_of("krotov_hopfield", PRESETS),
    """
    data = { name = "arrays", path = "x.npy", scale = 0.5 }
    phases = [{ name = "grows", epochs = 1 }, { name = "rests", epochs = 2 }]
    batch_size = 10
    training = "layer_by_layer"
    encoders = [{ name = "add_noise", std = 0.1 }]
    metrics = ["selectivity", { name = "overlap", every = "1 epoch" }]
    storage = { checkpoint = 5, commit = "1 s", kept = 3 }

    [[layers]]
    neurons = 4
    rule = [{ name = "bcm", coefficient = 0.5, phases = ["grows"] }, "oja"]
    activation = "relu"
    threshold = { name = "moving_average", memory = 0.9 }
    optimizer = { name = "sgd", rate = 0.01 }
    initializer = "normal"
    constraints = ["row_norm", { name = "bounds", low = -1.0, high = 1.0 }]

    [[layers]]
    name = "second"
    neurons = 2
    rule = { name = "equation", update = "y*(x - y*w)" }
    activation = "linear"
    optimizer = "adam"
    initializer = "uniform"
    """,
]


@pytest.mark.filterwarnings("ignore:.* is beyond the critical")
def test_a_spec_that_was_tampered_with_is_refused_or_can_be_assembled():
    data = pl.Data(np.random.default_rng(0).random((40, 16), dtype=np.float32))
    trees = [tomllib.loads(text) for text in SPECS]
    messages = []

    @CASES
    @given(SEEDS)
    def tamper(seed):
        chance = random.Random(seed)
        tree = chance.choice(trees)
        if chance.random() < 0.2:
            text = tomli_w.dumps(tree).encode()
            text = damaged(text, chance, [b"[[", b"\xff\xfe", b"x = 1"]).decode(errors="replace")
        else:
            text = tomli_w.dumps(mutated(tree, chance, OF_TOML))
        try:
            spec = Experiment.from_toml(text)
            assert Experiment.from_toml(spec.to_toml()).to_toml() == spec.to_toml()
            if all(layer.neurons < 1000 for layer in spec.layers):
                assemble(spec.with_(data=data, batch_size=10, measure_samples=10))
        except PlasticityError as error:
            messages.append(str(error))
        else:
            messages.append("")

    tamper()
    assert cases(20) < messages.count("") < cases(450)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('{ name = "bcm", coefficient = nan }', "layers[0].rule: coefficient must be a number"),
        ('{ name = "krotov_hopfield", anti_hebbian = nan }', "anti_hebbian must be a number"),
    ],
)
def test_what_is_not_a_number_is_no_setting(entry, message):
    text = SPECS[0].replace('rule = "bcm"', f"rule = {entry}")
    with pytest.raises(SpecError) as caught:
        assemble(Experiment.from_toml(text))
    assert message in str(caught.value)
    assert str(caught.value).startswith("layers[0].rule")


# -- stores --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(new_folder):
    path = new_folder() / "S.zarr"
    simulation(epochs=2, takes=("weights",), storage={"checkpoint": 4, "kept": 1}).run(path)
    (path / ".lock").write_text('{"process": 1, "since": "2026-01-01T00:00:00+00:00"}')
    return path


@pytest.fixture(scope="module")
def right(place):
    return values_of(place)


def values_of(place, only=None):
    """What a store says, by the name under which it says it; or what is needed for one array."""
    run = pl.open_run(place)
    store = run.store
    found = {"outcome": run.outcome, "layers": run.layers, "written": store.is_written}
    if only is not None:
        return found | {only: read_array(store.arrays()[only])}
    found |= {"repr": repr(run), "notices": run.notices, "spec": run.experiment.to_dict()}
    for index, layer in enumerate(run.layers):
        for group in ("trajectory", "metrics", "state"):
            found[f"{layer}/{group}"] = dict(run.recorded(group, index).sizes)
    for step in store.checkpoints:
        store.checkpoint(step)
    return found | {path: read_array(array) for path, array in store.arrays().items()}


def check(place, right, array):
    """See that an error names the store; and where values alone were damaged that all is right."""
    told = ""
    try:
        found = values_of(place, array)
    except PlasticityError as error:
        told = str(error)
    if told:
        assert told.startswith(f"{place}: ")
        return "refused"
    if array is not None:
        assert np.array_equal(found.pop(array), right[array]), array
        assert found == {name: right[name] for name in found}
    return "right"


class Tampering:
    """Damages one file of a store after the other, and puts it right again."""

    def __init__(self, place):
        self.place, self.root = place, place / "zarr.json"
        files = (path for path in sorted(place.rglob("*")) if path.is_file())
        self.contents = {path: path.read_bytes() for path in files}
        self.values = [path for path in self.contents if path.name.startswith("c")]
        self.tree = json.loads(self.contents[self.root])
        self.tree["attributes"] = decoded(self.tree["attributes"])

    def draw(self, chance):
        """A file, what it is to hold, and the array whose values it may change."""
        kind = chance.choice(("tree", "tree", "root", "values", "values", "lock"))
        if kind == "tree":
            made = mutated(self.tree, chance)
            if isinstance(made.get("attributes"), dict):
                made["attributes"] = encoded(made["attributes"])
            return self.root, json.dumps(made).encode(), None
        if kind == "lock":
            path, array = self.place / ".lock", "layer_0/trajectory/step"
        elif kind == "root":
            path, array = self.root, None
        else:
            path = chance.choice(self.values)
            array = path.parent.relative_to(self.place).as_posix()
        mine = self._layout(path)
        others = [content for p, content in self.contents.items() if self._layout(p) != mine]
        return path, damaged(self.contents[path], chance, others), array

    def _layout(self, path):
        """How the values in a file are laid out; "" for what holds none."""
        nodes = self.tree["consolidated_metadata"]["metadata"]
        node = nodes.get(path.parent.relative_to(self.place).as_posix(), {})
        kept = {key: node.get(key) for key in ("data_type", "chunk_grid", "codecs")}
        return json.dumps(kept) if path in self.values else ""


def test_a_store_that_was_tampered_with_is_refused_or_right(place, right):
    tampering, ends = Tampering(place), {"refused": 0, "right": 0}

    @CASES
    @given(SEEDS)
    def tamper(seed):
        path, content, array = tampering.draw(random.Random(seed))
        try:
            path.write_bytes(content)
            ends[check(place, right, array)] += 1
        finally:
            path.write_bytes(tampering.contents[path])

    tamper()
    assert min(ends.values()) > cases(50)
