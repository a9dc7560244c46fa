"""Every component that this distribution registers keeps the contract, check by check."""

import importlib.metadata
import pickle
import struct

import attrs
import numpy as np
import pytest

from plasticity import Data, Experiment, assemble
from plasticity.experiment.registry import COMPONENTS
from plasticity.experiment.tables import changed_settings
from plasticity.testing import CHECKS, try_out
from plasticity.testing.stand_ins import Drawn
from plasticity.testing.trial import Size, experiment_of, made

NAMES = sorted(
    point.name
    for point in importlib.metadata.distribution("plasticity-lab").entry_points
    if point.group == COMPONENTS
)
N_TRAIN = 11


@pytest.fixture(scope="module")
def settings_for(tmp_path_factory):
    """What a component must be told: sources read synthetic files in the published formats."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(8)
    _write_mnist(folder, random)
    _write_cifar10(folder, random)
    np.save(folder / "samples.npy", random.random((N_TRAIN, 5)))
    trial = try_out(Drawn())
    np.save(folder / "weights.npy", trial.arrays["layer_0.weights"])
    trial.simulation.run(folder / "run")
    np.save(folder / "images.npy", random.random((2, 6, 7)))
    few = {"samples": 7, "examples": 5}
    return {
        "arrays": {"path": str(folder / "samples.npy")},
        "equation": {"update": "y*(y - theta)*x/theta - 0.1*y**2*w"},
        "gratings": {"size": 2, "directions": 3, "offsets": 2, "frames": 2, "samples": 7},
        "from_array": {"path": str(folder / "weights.npy")},
        "from_run": {"path": str(folder / "run")},
        "threshold_linear": {"firing_threshold": 0.1},
        "early_stopping": {"measurement": "mean_response", "above": -100, "patience": 3},
        "cifar10": {"folder": str(folder)},
        "lateral.uniform": {"strength": -0.1},
        "mask": {"density": 0.5},
        "lateral.matrix": {"values": random.uniform(-0.2, 0.2, (4, 4)).tolist()},
        "mnist": {"folder": str(folder)},
        "natural_images": {"path": str(folder / "images.npy"), "size": 2, "eyes": 2, **few},
        "noise": {"inputs": 6, **few},
        "patterns": {"patterns": 2, "inputs": 6, "overlap": 0.2, "samples": 7},
    }


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_component_keeps_the_contract(name, check, settings_for):
    CHECKS[check](name, **settings_for.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_component_is_set_and_runs_from_a_toml_text(name, settings_for):
    component = made(name, **settings_for.get(name, {}))
    experiment = experiment_of(component, Size(samples=6, epochs=1), dtype="float32")
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    if isinstance(experiment.data, Data):
        again = attrs.evolve(again, data=experiment.data)
    simulation = assemble(again)
    assert simulation.run().outcome == "finished"
    weights = simulation.layers[0].arrays["weights"]
    assert weights.dtype == np.float32
    assert np.isfinite(weights).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_component_goes_to_another_process(name, settings_for):
    component = made(name, **settings_for.get(name, {}))
    again = pickle.loads(pickle.dumps(component))
    assert type(again) is type(component)
    assert changed_settings(again) == changed_settings(component)


def _write_mnist(folder, random):
    for stem, count in (("train", N_TRAIN), ("t10k", 2)):
        images = random.integers(0, 256, (count, 28, 28), np.uint8)
        labels = random.integers(0, 10, count, np.uint8)
        (folder / f"{stem}-images-idx3-ubyte").write_bytes(
            struct.pack(">4I", 2051, *images.shape) + images.tobytes()
        )
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(
            struct.pack(">2I", 2049, count) + labels.tobytes()
        )


def _write_cifar10(folder, random):
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    for name in names:
        records = random.integers(0, 256, (2, 1 + 3 * 32 * 32), np.uint8)
        records[:, 0] %= 10
        (folder / name).write_bytes(records.tobytes())
