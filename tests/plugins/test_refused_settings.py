"""Settings that cannot work are refused, with the reason."""

import pytest

from plasticity.errors import SettingError
from plasticity_plugins.constraints.bounds import Bounds
from plasticity_plugins.constraints.scaling import RowNorm
from plasticity_plugins.optimizers.adagrad import Adagrad, RMSprop
from plasticity_plugins.optimizers.adam import Adam, AdamW, Lion
from plasticity_plugins.optimizers.sgd import SGD, Momentum
from plasticity_plugins.rules.bcm import bblais
from plasticity_plugins.rules.competition import Competitive, SoftHebb
from plasticity_plugins.rules.correlation import Covariance
from plasticity_plugins.rules.krotov_hopfield import KrotovHopfield
from plasticity_plugins.schedules.falling import (
    Cosine,
    Exponential,
    InverseTime,
    LinearToZero,
    Staircase,
    WarmUp,
)
from plasticity_plugins.thresholds.mean_square import BlaisTau, MovingAverage, SlidingWindow
from plasticity_plugins.thresholds.moments import (
    Fixed,
    MeanOfPower,
    Moments,
    PowerOfMean,
    PowerOfMoment,
)
from plasticity_plugins.transforms.updates import Clip, WeightDecay


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Momentum(momentum=1.0),
            "momentum: momentum must lie in [0, 1), got 1.0: a momentum of 1 never slows down",
        ),
        (
            lambda: Adam(beta2=1.0),
            "adam: beta2 must lie in [0, 1), got 1.0: a mean that keeps everything takes in "
            "nothing",
        ),
        (
            lambda: Adam(epsilon=0.0),
            "adam: epsilon must lie in (0, inf), got 0.0: a weight that never got an update would "
            "divide 0 by 0",
        ),
        (
            lambda: RMSprop(memory=1.0),
            "rmsprop: memory must lie in [0, 1), got 1.0: a mean that keeps everything takes in "
            "nothing",
        ),
        (
            lambda: AdamW(weight_decay=-0.1),
            "adamw: weight_decay must lie in [0, inf), got -0.1: weights would grow by themselves",
        ),
        (
            lambda: Lion(rate_min=-0.1),
            "lion: rate_min must lie in [0, inf), got -0.1: it would unlearn",
        ),
        (
            lambda: Adagrad(rate_min=0.2, rate_max=0.1),
            "adagrad: rate_min must not exceed rate_max, got rate_min = 0.2 and rate_max = 0.1",
        ),
        (lambda: SGD(rate=0.0), "sgd: rate must lie in (0, inf), got 0.0: 0 learns nothing"),
        (
            lambda: Competitive(leak=1.5),
            "competitive: leak must lie in [0, 1], got 1.5: losers do not learn faster than "
            "winners, nor away from the data",
        ),
        (
            lambda: Covariance(memory=1),
            "covariance: memory must lie in [0, 1), got 1: a memory of 1 never forgets the first "
            "means",
        ),
        (
            lambda: SoftHebb(temperature=0),
            "softhebb: temperature must lie in (0, inf), got 0: at 0 a single neuron would win, "
            "as with `competitive`",
        ),
        (
            lambda: bblais(decay=-1),
            "bblais: decay must lie in [0, inf), got -1: weights would grow",
        ),
        (
            lambda: BlaisTau(tau=1),
            "blais_tau: tau must lie in (1, inf), got 1: with 1 or less the threshold remembers "
            "nothing, or swings",
        ),
        (
            lambda: Moments(memory=1),
            "moments: memory must lie in [0, 1), got 1: a memory of 1 never forgets the first mean",
        ),
        (
            lambda: PowerOfMoment(alpha=1.2),
            "power_of_moment: alpha must lie in [0, 1], got 1.2: beyond, neither paper is "
            "approached",
        ),
        (
            lambda: MeanOfPower(power=0.5),
            "mean_of_power: power must lie in [1, inf), got 0.5: below 1 its slope at y = 0 is "
            "infinite",
        ),
        (
            lambda: Fixed(value=0),
            "fixed: value must lie in (0, inf), got 0: the Law-Cooper rule divides by it",
        ),
        (
            lambda: SlidingWindow(window=0),
            "sliding_window: window must lie in [1, inf), got 0: the mean of no samples is no "
            "number",
        ),
        (
            lambda: MovingAverage(memory=1.0),
            "moving_average: memory must lie in [0, 1), got 1.0: a memory of 1 never forgets the "
            "first threshold",
        ),
        (
            lambda: PowerOfMean(memory=1),
            "power_of_mean: memory must lie in [0, 1), got 1: a memory of 1 never forgets the "
            "first mean",
        ),
        (
            lambda: PowerOfMean(power=1),
            "power_of_mean: power must lie in (1, inf), got 1: only a threshold that grows faster "
            "than the mean activity bounds the weights",
        ),
        (
            lambda: Exponential(share=0.0),
            "exponential: share must lie in (0, 1], got 0.0: the rate would rise, or be 0 after "
            "the first",
        ),
        (
            lambda: Staircase(length=0),
            "staircase: length must lie in [1, inf), got 0: it would fall without end",
        ),
        (
            lambda: Cosine(cycles=0),
            "cosine: cycles must lie in [1, inf), got 0: it would never fall",
        ),
        (
            lambda: WarmUp(after="nothing"),
            "warm_up: after must lie in {'constant', 'linear', 'cosine', 'inverse_root'}, got "
            "'nothing'",
        ),
        (
            lambda: LinearToZero(per="batch"),
            "linear_to_zero: per must lie in {'epoch', 'step'}, got 'batch'",
        ),
        (
            lambda: InverseTime(decay=-1.0),
            "inverse_time: decay must lie in [0, inf), got -1.0: it would rise",
        ),
        (
            lambda: Bounds(low=1.0, high=0.5),
            "bounds: low must not exceed high, got low = 1 and high = 0.5",
        ),
        (
            lambda: RowNorm(power=0.5),
            "row_norm: power must lie in [1, inf), got 0.5: below 1 it is not a norm",
        ),
        (lambda: Clip(limit=0.0), "clip: limit must lie in (0, inf), got 0.0: 0 learns nothing"),
        (
            lambda: WeightDecay(rate=-0.1),
            "weight_decay: rate must lie in [0, inf), got -0.1: weights would grow",
        ),
        (
            lambda: KrotovHopfield(rank=1),
            "krotov_hopfield: rank must lie in [2, inf), got 1: with 1 the winner itself would "
            "learn with the opposite sign",
        ),
        (
            lambda: KrotovHopfield(power=1),
            "krotov_hopfield: power must lie in (1, inf), got 1: at 1 the current no longer "
            "depends on the sizes of the weights, only on their signs",
        ),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_its_reason(make, message):
    with pytest.raises(SettingError) as caught:
        make()
    assert str(caught.value) == message
