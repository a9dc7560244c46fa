"""A logistic neuron that adapts its gain and its bias."""

import numpy as np
from scipy.special import expit

from plasticity import Variable, component, hookimpl, setting
from plasticity.typing import Array


@component(source="triesch2007synergies")
class IntrinsicPlasticity:
    """Logistic activation whose gain and bias make the activity nearly exponential.

        y = 1 / (1 + exp(-(a u + b))),   sigma'(u) = a y (1 - y)
        a <- a + rate (1 / a + < u - (2 + 1 / mu) u y + u y^2 / mu >)
        b <- b + rate < 1 - (2 + 1 / mu) y + y^2 / mu >

    a starts at 1 and b at 0. They move after the weights, in steps in which the layer learns, down
    the divergence of the distribution of y from the exponential one of mean mu: of all with that
    mean it carries the most information. The rate is that of this rule alone; no schedule acts on
    it. Where it is so large that a falls below 0, the neuron responds the wrong way round.

    Source: Triesch, Neural Computation 19 (2007) 885, equations 2.1 to 2.3; before in Triesch,
    ICANN 2005, LNCS 3696, 65, equations 12 and 13. The paper follows single samples; we take the
    mean of a batch. The mean activity comes to rest near mu, not at it.
    """

    rate: float = setting(
        default=0.001, above=0, doc="learning rate of gain and bias", because="0 learns nothing"
    )
    mean: float = setting(
        default=0.1,
        above=0,
        below=1,
        doc="mu, the mean activity that is aimed at",
        because="the activity lies between 0 and 1",
    )

    gain = Variable(("neuron",), description="gain a of the activation")
    bias = Variable(("neuron",), description="bias b of the activation")
    current = Variable(("neuron", "sample"), intent="in", description="current u")

    @hookimpl
    def init_state(self) -> None:
        self.gain.fill(1)
        self.bias.fill(0)

    @hookimpl
    def activate(self, current: Array, activity: Array) -> Array:
        np.multiply(current, self.gain[:, np.newaxis], out=activity)
        activity += self.bias[:, np.newaxis]
        return np.asarray(expit(activity, out=activity))

    @hookimpl
    def differentiate(self, activity: Array, slope: Array) -> Array:
        np.subtract(1, activity, out=slope)
        slope *= activity
        slope *= self.gain[:, np.newaxis]
        return slope

    @hookimpl
    def constrain_weights(self, activity: Array) -> None:
        # 1 - (2 + 1 / mu) y + y^2 / mu, which is the gradient with respect to a u + b.
        pull = activity / self.mean
        pull -= 2 + 1 / self.mean
        pull *= activity
        pull += 1
        self.bias += self.rate * pull.mean(axis=1)
        pull *= self.current
        self.gain += self.rate * (1 / self.gain + pull.mean(axis=1))
