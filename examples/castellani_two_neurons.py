"""Two BCM neurons that act on each other, at the fixed points of Castellani et al. (1999).

With A = (1 - L)^-1 and linear neurons, y = A W x. Learning rests where every phi = y (y - theta) is
0, so each response is 0 or theta. For two patterns, equally likely, theta = < y^2 > leaves each
neuron the responses (2, 0), (0, 2), (1, 1) or (0, 0), of which the first two are stable for
couplings from -1 to 1. So two neurons have four stable fixed points, two with the same pattern and
two with different ones, and the weights at each follow from the coupling:

    W X = (1 - L) Y        X: the patterns as columns, Y: the responses

The responses are those of single neurons; the coupling moves the weights, and decides which fixed
point is reached from most weights: inhibition (L < 0) makes the two neurons differ, excitation
makes them alike. Many pairs learn side by side in one layer here, each from random weights, with L
the matrix of all pairs.

Castellani, Intrator, Shouval & Cooper, Network 10 (1999) 111. Derived here for the rule of Intrator
& Cooper without the terms of (1 - L)^-1 in its gradient, two patterns at each step.
"""

from itertools import product

import numpy as np
from matplotlib.figure import Figure

from plasticity import Data, Experiment, Layer, run
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.initializers.distributions import Normal
from plasticity_plugins.lateral.patterns import MatrixLateral
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import ic92
from plasticity_plugins.thresholds.mean_square import BatchMean

PATTERNS = np.array([[1.0, 0.3], [0.3, 1.0]])  # (pattern, input)
COUPLINGS = np.round(np.linspace(-0.6, 0.6, 7), 1)
N_PAIR = 100
SELECTIVE = ((2.0, 0.0), (0.0, 2.0))


def learned(coupling):
    """The weights (pair, neuron, input) that pairs of neurons end with."""
    pair = np.array([[0.0, coupling], [coupling, 0.0]])
    layer = Layer(
        neurons=2 * N_PAIR,
        rule=ic92(),
        activation=Linear(),
        threshold=BatchMean(),
        lateral=MatrixLateral(values=np.kron(np.eye(N_PAIR), pair)),
        initializer=Normal(mean=0.6, std=0.3),
        optimizer=SGD(rate=0.05),
    )
    experiment = Experiment(
        data=Data(PATTERNS), layers=[layer], batch_size=2, epochs=1600, seed=1, dtype="float64"
    )
    return run(experiment).weights.values.reshape(N_PAIR, 2, 2)


def fixed_points(coupling):
    """The stable fixed points by the responses at them: the weights (neuron, input) of a pair."""
    opposite = np.array([[1.0, -coupling], [-coupling, 1.0]])
    return {
        responses: opposite @ np.array(responses) @ np.linalg.inv(PATTERNS.T)
        for responses in product(SELECTIVE, repeat=2)
    }


def draw(found, shares):
    """Weights of one neuron for three couplings, and which fixed points are reached."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    plane, line = figure.subplots(1, 2)
    for coupling, colour in zip((-0.6, 0.0, 0.6), ("tab:blue", "tab:gray", "tab:red"), strict=True):
        first = found[coupling][:, 0]
        plane.scatter(*first.T, s=90, alpha=0.1, color=colour, label=f"found, L = {coupling}")
        points = [weights[0] for weights in fixed_points(coupling).values()]
        plane.scatter(*np.array(points).T, marker="+", color="black", s=40)
    plane.set(xlabel="weight 1", ylabel="weight 2", title="first neuron (+: analytic)")
    plane.legend()
    line.plot(COUPLINGS, shares, marker="o")
    line.set(xlabel="coupling L", ylabel="share of pairs", title="both neurons select one pattern")
    line.set_ylim(0, 1)
    figure.savefig("castellani_two_neurons.png", dpi=120)


found, shares, farthest = {}, [], 0.0
print("coupling   pairs at a fixed point   farthest weight   same pattern")
for coupling in COUPLINGS:
    found[coupling] = learned(coupling)
    points = fixed_points(coupling)
    distances = np.array([np.abs(found[coupling] - point).max((1, 2)) for point in points.values()])
    nearest = np.array([one == other for one, other in points])[distances.argmin(axis=0)]
    shares.append(nearest.mean())
    arrived = (distances.min(axis=0) < 1e-6).sum()
    farthest = max(farthest, distances.min(axis=0).max())
    print(
        f"{coupling:8.1f} {arrived:12d} of {N_PAIR} {distances.min(axis=0).max():21.1e} "
        f"{nearest.mean():14.2f}"
    )
draw(found, shares)
print(f"farthest weight from an analytic fixed point: {farthest:.1e}")
