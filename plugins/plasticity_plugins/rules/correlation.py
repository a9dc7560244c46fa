"""Rules that follow the correlation of input and activity."""

import numpy as np

from plasticity import Rule, Variable, component, hookimpl, rule
from plasticity.typing import Array
from plasticity_plugins.fading import follow, remembering


@rule("hebb", source="hebb1949organization")
def hebb(y: float) -> float:
    """Hebbian learning: synapses between active inputs and active neurons grow.

        dw_ij = < y_i x_j >

    y is a pure number. Nothing bounds the weights: add a constraint, a weight decay or another
    rule.
    Source: Hebb, The Organization of Behavior (1949), who gives the idea in words.
    """
    return y


@rule("anti_hebb", source="foldiak1990forming")
def anti_hebb(y: float) -> float:
    """Anti-Hebbian learning: synapses between active inputs and active neurons shrink.

        dw_ij = - < y_i x_j >

    y is a pure number. A linear neuron goes silent on what it is shown; in a sum the rule takes
    from a neuron what another rule would give to all.
    Source: Földiák, Biological Cybernetics 64 (1990) 165, who has it between the neurons of a layer
    and up to a fixed mean; here it is on the inputs.
    """
    return -y


@rule("oja", source="oja1982simplified")
def oja(y: float) -> tuple[float, float]:
    """Hebb's rule with a decay that keeps the weights at unit length.

        dw_ij = < y_i x_j - y_i^2 w_ij >

    y is a pure number. A linear neuron converges to the first principal component of its inputs
    (of E[x x^T], so centre them first if their covariance is meant); several neurons all to the
    same one. Source: Oja, Journal of Mathematical Biology 15 (1982) 267. The paper follows single
    samples; we take the mean of a batch.
    """
    return y, y * y


@rule("instar", source="grossberg1976adaptive")
def instar(y: float) -> tuple[float, float]:
    """Weights of a neuron move towards the inputs on which it is active.

        dw_ij = < y_i (x_j - w_ij) >

    y is a pure number; where it is negative the weights move away. They converge to the mean of the
    inputs, each weighed by y.
    Source: Grossberg, Biological Cybernetics 23 (1976) 121, with the learning signal linear in y.
    The paper's time is continuous; we take the mean of a batch.
    """
    return y, y


@component(source="grossberg1968some")
class Outstar(Rule):
    """Weights of an input move towards the activities that accompany it.

        dw_ij = < x_j (y_i - w_ij) >

    Where an input is negative its weights move away. They converge to the mean of the activities,
    each weighed by x. The decay is of an input, not of a neuron, so it passes by the sum phi and d.

    Source: Grossberg, PNAS 59 (1968) 368, whose source is one cell; here each input is one. The
    paper's time is continuous; we take the mean of a batch.
    """

    faded = Variable(("neuron", "input"), intent="scratch", description="the decay of this step")

    @hookimpl
    def modulate(self, activity: Array, modulation: Array) -> None:
        modulation += activity

    @hookimpl
    def propose_update(self, x: Array, weights: Array, update: Array) -> None:
        np.multiply(weights, x.mean(axis=0), out=self.faded)
        update -= self.faded


@component(source="sanger1989optimal")
class Sanger(Rule):
    """Generalized Hebbian learning of the principal components of the inputs, in order.

        dw_ij = < y_i (x_j - sum_(k <= i) y_k w_kj) >

    A linear layer converges to the eigenvectors of E[x x^T] of unit length, the largest first; the
    first neuron follows `oja`. Centre the inputs if those of their covariance are meant.

    Source: Sanger, Neural Networks 2 (1989) 459. The paper follows single samples; we take the mean
    of a batch.
    """

    explained = Variable(
        ("neuron", "input"), intent="scratch", description="what neurons up to this one explain"
    )

    @hookimpl
    def modulate(self, activity: Array, modulation: Array) -> None:
        modulation += activity

    @hookimpl
    def propose_update(self, weights: Array, activity: Array, update: Array) -> None:
        correlation = np.tril(activity @ activity.T)
        correlation /= activity.shape[1]
        np.dot(correlation, weights, out=self.explained)
        update -= self.explained


@component(source="sejnowski1977storing")
class Covariance(Rule):
    """Synapses grow with the covariance of input and activity.

        dw_ij = < (y_i - m_i) (x_j - n_j) >
        m_i <- gamma m_i + (1 - gamma) < y_i >,   n_j <- gamma n_j + (1 - gamma) < x_j >

    Before the first step that learns the means are those of its batch. The same step sees the new
    ones. With a memory of 0 they are the batch means, and the update is the covariance in the
    batch, 0 for a single sample. Nothing bounds the weights: add a constraint or a weight decay.

    Source: Sejnowski, Journal of Mathematical Biology 4 (1977) 303, which leaves the estimate of
    the means open; the fading memory is ours. The paper follows single samples; we take the mean of
    a batch.
    """

    memory: float = remembering("means", "means")

    mean_activity = Variable(("neuron",), description="mean activity m, with a fading memory")
    mean_input = Variable(("input",), description="mean input n, with a fading memory")
    begun = Variable((), dtype="bool", description="whether the means are of anything yet")
    product = Variable(("neuron", "input"), intent="scratch", description="< y - m > n")

    @hookimpl
    def modulate(self, x: Array, activity: Array, modulation: Array) -> None:
        for mean, now in (
            (self.mean_activity, activity.mean(axis=1)),
            (self.mean_input, x.mean(axis=0)),
        ):
            follow(mean, now, self.memory, not self.begun)
        self.begun[...] = True
        modulation += activity
        modulation -= self.mean_activity[:, np.newaxis]

    @hookimpl
    def propose_update(self, activity: Array, update: Array) -> None:
        # The loop forms < (y - m) x >; what is left is < y - m > n.
        left = activity.mean(axis=1)
        left -= self.mean_activity
        np.multiply(left[:, np.newaxis], self.mean_input, out=self.product)
        update -= self.product
