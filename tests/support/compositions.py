"""Experiments put together from all components that can be compiled, and what a run leaves."""

import itertools

import numpy as np

from plasticity import Data, Experiment, Layer, assemble, component, hookimpl, rule
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.activations.rectifiers import Elu, Relu
from plasticity_plugins.activations.sigmoids import Logistic, Tanh
from plasticity_plugins.activations.softmax import Softmax
from plasticity_plugins.constraints.bounds import Bounds
from plasticity_plugins.constraints.scaling import RowNorm
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.lateral.distance import GaussianLateral, NearestNeighbours
from plasticity_plugins.lateral.uniform import UniformLateral
from plasticity_plugins.optimizers.adagrad import Adadelta, Adagrad, RMSprop
from plasticity_plugins.optimizers.adam import Adam, Adamax, AdamW, Lion
from plasticity_plugins.optimizers.sgd import SGD, Momentum, Nesterov
from plasticity_plugins.rules.bcm import bcm82, ic92, lc94
from plasticity_plugins.rules.correlation import hebb, oja
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    LinearToZero,
    Staircase,
    WarmUp,
)
from plasticity_plugins.thresholds.mean_square import BatchMean, MovingAverage
from plasticity_plugins.thresholds.moments import PowerOfMean
from plasticity_plugins.transforms.updates import Clip, MaxAbs, WeightDecay


@rule("leaky")
def leaky(y, theta, leak: float = 0.1):
    return y * (y - theta), leak


@rule("steep")
def steep(u, slope, gain: float = 0.5):
    return gain * u * slope


@rule("shunned", competitive=True)
def shunned(u, phi, d, share: float = 0.5):
    """The winner learns; all others only fade."""
    winner = np.argmax(u)
    phi[winner] += 1
    for i in range(len(u)):
        if i != winner:
            d[i] += share


@rule("contrast", competitive=True)
def contrast(y, theta, phi):
    """Each neuron learns by how far it is above the mean of all."""
    mean = y.mean()
    for i in range(len(y)):
        phi[i] += y[i] - mean - theta[i]


def _ranked(**settings):
    return KrotovHopfield(**settings)


RULES = {
    "lc94": lc94,
    "ic92": ic92,
    "bcm82": bcm82,
    "hebb - 0.5 oja": lambda: hebb() - 0.5 * oja(),
    "lc94 + 0.1 oja": lambda: lc94() + 0.1 * oja(),
    "p = 2": lambda: _ranked(power=2.0, rank=2),
    "p = 2.5": lambda: _ranked(power=2.5, rank=3),
    "hebb, p = 3": lambda: 0.3 * hebb() + _ranked(power=3.0, rank=4, anti_hebbian=0.2),
    "leaky": lambda: leaky(leak=0.2),
    "steep + 2 leaky": lambda: steep() + 2 * leaky(),
    "shunned": shunned,
    "contrast + 0.1 oja": lambda: contrast() + 0.1 * oja(),
}
THRESHOLDS = {
    "batch": BatchMean,
    "moving": lambda: MovingAverage(memory=0.8),
    "time constant": lambda: MovingAverage(time_constant=30.0, initial=0.5),
    "power": lambda: PowerOfMean(reference=0.8),
}
ACTIVATIONS = {
    "linear": Linear,
    "logistic": Logistic,
    "relu": Relu,
    "tanh": Tanh,
    "elu": lambda: Elu(alpha=0.3),
    "softmax": lambda: Softmax(temperature=0.5),
}
LATERALS = {
    "none": lambda: None,
    "inhibition": lambda: UniformLateral(strength=-0.2),
    "gaussian": lambda: GaussianLateral(strength=-0.2),
    "relaxed": lambda: NearestNeighbours(solution="relaxed", transfer="logistic", iterations=5),
}
TRANSFORMS = {
    "none": lambda: (),
    "clip": lambda: (Clip(limit=0.05),),
    "divide": lambda: (MaxAbs(),),
    "fade, divide": lambda: (WeightDecay(rate=0.1), MaxAbs()),
    "divide, fade, clip": lambda: (MaxAbs(), WeightDecay(rate=0.1), Clip(limit=0.5)),
    "clip, divide, fade": lambda: (Clip(limit=0.05), MaxAbs(), WeightDecay(rate=0.1)),
}
OPTIMIZERS = {
    "sgd": lambda: SGD(rate=0.02),
    "momentum": lambda: Momentum(rate=0.01),
    "adam": lambda: Adam(rate=0.01),
    "nesterov": lambda: Nesterov(rate=0.01, rate_min=0.008),
    "adagrad": lambda: Adagrad(rate=0.02, epsilon=0.1),
    "rmsprop": lambda: RMSprop(rate=0.02, epsilon=0.1),
    "adadelta": lambda: Adadelta(epsilon=1e-3),
    "adamax": lambda: Adamax(rate=0.01, epsilon=0.1),
    "adamw": lambda: AdamW(rate=0.01, epsilon=0.1, weight_decay=0.5),
    "lion": lambda: Lion(rate=0.01, rate_max=0.009, weight_decay=0.5),
}
SCHEDULES = {
    "none": lambda: None,
    "constant": Constant,
    "inverse": lambda: InverseTime(decay=0.1),
    "by epoch": LinearToZero,
    "by step": lambda: LinearToZero(per="step"),
    "exponential": lambda: Exponential(share=0.9, per="step"),
    "staircase": lambda: Staircase(share=0.5, length=1),
    "cosine": lambda: Cosine(lowest=0.1, cycles=2),
    "warm up": lambda: WarmUp(length=3, after="inverse_root"),
}
CONSTRAINTS = {
    "none": lambda: (),
    "bounds": lambda: (Bounds(low=-0.5, high=0.6),),
    "norm": lambda: (RowNorm(),),
    "norm, bounds": lambda: (RowNorm(power=1.5), Bounds(low=-0.3)),
    "bounds, norm": lambda: (Bounds(low=-0.5), RowNorm(power=np.inf, at_most=True)),
}
# neurons, inputs, samples, batch size, whether a last batch that is not full is dropped
SHAPES = {
    "small": (5, 6, 11, 4, False),
    "drop last": (4, 5, 11, 4, True),
    "one neuron": (1, 4, 9, 3, False),
    "one input": (5, 1, 7, 3, False),
    "one sample": (4, 6, 8, 1, False),
    "one of each": (1, 1, 1, 1, False),
    "full": (6, 9, 8, 8, True),
}
DATA = {"float64": float, "float32": np.float32, "uint8": np.uint8}
PARTS = {
    "rule": RULES,
    "threshold": THRESHOLDS,
    "activation": ACTIVATIONS,
    "lateral": LATERALS,
    "transforms": TRANSFORMS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "constraints": CONSTRAINTS,
    "shape": SHAPES,
    "data": DATA,
    "dtype": dict.fromkeys(("float64", "float32")),
    "shuffle": dict.fromkeys((True, False)),
    "epochs": dict.fromkeys((1, 2, 3)),
    "seed": dict.fromkeys((1, 2, 3, 4)),
    "every": dict.fromkeys((1, 3)),
}


def pairwise(count, seed=0):
    """This many compositions that use each part, and most pairs of parts, with little compiling.

    Each is the one of 40 drawn that holds the most pairs, of two names, not held before.
    """
    random = np.random.default_rng(seed)
    held, chosen = set(), []
    queues = {role: [] for role in PARTS}
    for _ in range(count):
        drawn = [_drawn(random) for _ in range(40)]
        for composition in drawn:
            for role, queue in queues.items():
                missing = [name for name in PARTS[role] if name not in queue]
                if missing:
                    composition[role] = missing[random.integers(len(missing))]
        drawn = [composition for composition in drawn if possible(composition)]
        best = max(drawn, key=lambda composition: len(_pairs(composition) - held))
        held |= _pairs(best)
        for role, queue in queues.items():
            queue.append(best[role])
        chosen.append(best)
    return chosen


def possible(composition):
    """Whether the rule has as many neurons as its rank asks for, and no two of them are equal."""
    ranks = {"p = 2": 2, "p = 2.5": 3, "hebb, p = 3": 4, "shunned": 1}
    neurons, inputs, *_ = SHAPES[composition["shape"]]
    # One weight of norm 1 is 1 or -1, so the neurons would rank by how it was rounded.
    equal = inputs == 1 and "norm" in composition["constraints"] and composition["rule"] in ranks
    # The activity of one neuron is then 1, and what it learns is how that was rounded.
    alone = neurons == 1 and composition["activation"] == "softmax"
    return neurons >= ranks.get(composition["rule"], 1) and not equal and not alone


def _drawn(random):
    return {role: list(names)[random.integers(len(names))] for role, names in PARTS.items()}


def _pairs(composition):
    return set(itertools.combinations(sorted(map(str, composition.items())), 2))


def experiment_of(composition, fuse):
    """The experiment of one name a role."""
    neurons, inputs, samples, batch, drop_last = SHAPES[composition["shape"]]
    layer = {
        role: PARTS[role][composition[role]]()
        for role in (
            "rule",
            "threshold",
            "activation",
            "lateral",
            "transforms",
            "optimizer",
            "schedule",
            "constraints",
        )
    }
    values = np.random.default_rng(composition["seed"]).random((samples, inputs))
    kind = DATA[composition["data"]]
    values = (values * 255 if kind is np.uint8 else values).astype(kind)
    return Experiment(
        data=Data(values),
        layers=(Layer(neurons=neurons, initializer=Normal(mean=0.2, std=0.5), **layer),),
        epochs=composition["epochs"],
        batch_size=batch,
        drop_last=drop_last,
        shuffle=composition["shuffle"],
        dtype=composition["dtype"],
        seed=composition["seed"],
        metrics=(Response(),),
        measure_every=2,
        fuse=fuse,
    )


@component
class Response:
    """Metric: the responses to the samples."""

    @hookimpl
    def measure(self, responses, threshold):
        return {"response": responses.mean(axis=1), "threshold_again": threshold.copy()}


class Views:
    """Listener that notes what it is shown, every so many steps."""

    def __init__(self, every=1):
        self.every = every
        self.seen = []

    @hookimpl
    def step_finished(self, x, weights, current, activity, threshold, clock):
        shown = (x, weights, current, activity, threshold)
        self.seen.append([clock.step, clock.rate_factor, *(array.copy() for array in shown)])

    @hookimpl
    def measured(self, measurements):
        self.seen.append([np.array(value) for value in measurements.values()])


def left_by(experiment, every=1):
    """All that a run leaves, by name, and why it is not compiled."""
    views = Views(every)
    simulation = assemble(experiment, [views])
    reason = simulation.explain_step(simulation.layers[0])
    simulation.run()
    left = {
        f"{place}.{name}": array
        for place, state in simulation.snapshot().items()
        for name, array in state["arrays"].items()
    }
    left |= {f"clock.{name}": value for name, value in vars_of(simulation.layers[0].clock).items()}
    for number, seen in enumerate(views.seen):
        left |= {f"view {number}.{place}": value for place, value in enumerate(seen)}
    return left, reason


def vars_of(clock):
    """The numbers of a clock."""
    return {name: getattr(clock, name) for name in ("step", "epoch", "rate_factor", "batch")}
