"""Small experiments whose steps are compiled, and how their ends are compared."""

import numpy as np

from plasticity import Data, Experiment, Layer, assemble
from plasticity_plugins.activations.rectifiers import Relu
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.optimizers.adam import Adam
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.rules.correlation import oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.thresholds.mean_square import MovingAverage
from plasticity_plugins.transforms.updates import MaxAbs

SAMPLES = np.random.default_rng(3).random((30, 6))
LARGE = np.random.default_rng(4).random((250, 100))  # 50 neurons, batches of 50: two threads
BCM = {
    "rule": lc94(),
    "threshold": MovingAverage(),
    "lateral": UniformLateral(strength=-0.01),
    "optimizer": Adam(),
}
RANKED = {"rule": KrotovHopfield(power=3.0, rank=4), "transforms": (MaxAbs(),)}


def layer(**parts):
    parts = {
        "neurons": 5,
        "rule": oja(),
        "activation": Relu(),
        "optimizer": SGD(rate=0.05),
        "initializer": Normal(mean=0.1, std=0.3),
    } | parts
    return Layer(**parts)


def simulation(*layers, samples=SAMPLES, listeners=(), **changes):
    changes = {"batch_size": 7, "epochs": 3, "seed": 2, "fuse": "always"} | changes
    return assemble(Experiment(data=Data(samples), layers=layers, **changes), listeners)


def trained(*layers, **changes):
    made = simulation(*layers, **changes)
    made.run()
    return made


def kept(made):
    return {
        (place, name): array
        for place, state in made.snapshot().items()
        for name, array in state["arrays"].items()
    }


def assert_same_bits(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.tobytes() == other[name].tobytes(), name


def assert_as_planned(*layers, **changes):
    """Compiled and planned runs end alike, up to the rounding of sums in another order."""
    found = kept(trained(*layers, **changes))
    for name, array in kept(trained(*layers, fuse="never", **changes)).items():
        np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-6, err_msg=str(name))
