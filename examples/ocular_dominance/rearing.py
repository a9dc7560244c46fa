"""Rearing with two eyes, and how well a neuron responds to each.

The response of an eye is the largest current that a sine grating of amplitude 1 in this eye alone
evokes, over 24 orientations and all phases.
"""

import numpy as np

from plasticity import Experiment, Layer, Phase, analysis, run
from plasticity_plugins.activations.sigmoids import AsymmetricLogistic
from plasticity_plugins.encoders.disturbance import AddNoise, Deprivation
from plasticity_plugins.initializers.distributions import Uniform
from plasticity_plugins.metrics.gratings import eye_responses
from plasticity_plugins.observers.recorder import Recorder
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import bblais_law_cooper
from plasticity_plugins.sources.natural_images import NaturalImages
from plasticity_plugins.thresholds.mean_square import BlaisTau

SIZE = 13  # pixels of a patch
ANGLES = np.arange(24) * 7.5
FREQUENCY = 2.2 / SIZE  # cycles a pixel
RATE = 4e-5
OPEN, CLOSED = 0.1, 1.0  # standard deviations of noise, where that of an image is 1
NORMAL, DEPRIVED, RECOVERY = "normal rearing", "monocular deprivation", "recovery"
EPOCHS = {NORMAL: 3, DEPRIVED: 3, RECOVERY: 4}


def experiment(epoch, closed=CLOSED, noise=OPEN, reverse=False, phases=tuple(EPOCHS)):
    """The left eye is closed in the second phase; in the third, if `reverse`, the right one.

    epoch   steps of an epoch
    closed  standard deviation of the noise that replaces the patch in a closed eye
    noise   standard deviation of the noise that is added to the patch in both
    """
    sutures = [Deprivation(eye="left", during=(DEPRIVED,), std=closed)]
    if reverse:
        sutures.append(Deprivation(eye="right", during=(RECOVERY,), std=closed))
    layer = Layer(
        neurons=5,
        rule=bblais_law_cooper(),
        activation=AsymmetricLogistic(),
        threshold=BlaisTau(tau=1000.0, initial=0.1),
        initializer=Uniform(low=-0.01, high=0.01),
        optimizer=SGD(rate=RATE),
    )
    return Experiment(
        data=NaturalImages(size=SIZE, eyes=2, samples=epoch),
        encoders=[AddNoise(std=noise), *sutures],
        layers=[layer],
        phases=[Phase(name, EPOCHS[name]) for name in phases],
        batch_size=1,
        seed=1,
        observers=[Recorder(variables=("weights", "threshold"), every=max(1, epoch // 40))],
    )


def run_of(epoch, *arguments, **settings):
    """The finished run of an experiment; the arguments are those of `experiment`."""
    return run(experiment(epoch, *arguments, **settings))


def eyes_of(weights):
    """Weights (..., input) as an array of images (..., eye, y, x)."""
    images = analysis.as_images(weights, (2 * SIZE, SIZE)).values
    return images.reshape(*images.shape[:-2], 2, SIZE, SIZE)


def responses(finished):
    """The steps, and at each the best response (step, neuron, eye) to a grating in one eye."""
    weights = finished.trajectory["weights"]
    fields = weights.values.reshape(-1, weights.sizes["input"])
    best = eye_responses(fields, (2 * SIZE, SIZE), ANGLES, FREQUENCY)
    return weights["step"].values, best.reshape(*weights.shape[:2], 2)


def dominance(best):
    """The ocular dominance index of responses (..., eye)."""
    return (best[..., 1] - best[..., 0]) / (best[..., 1] + best[..., 0])


def phase_ends(epoch):
    """Phase -> its last step."""
    return dict(zip(EPOCHS, np.cumsum(list(EPOCHS.values())) * epoch, strict=True))


def at_end_of(phase, finished, epoch):
    """The best response (neuron, eye) at the end of a phase."""
    steps, best = responses(finished)
    return best[np.searchsorted(steps, phase_ends(epoch)[phase])]


def half_lives(finished, epoch):
    """Steps from the closing of the left eye to half of its response; NaN where not reached."""
    steps, best = responses(finished)
    since = steps - phase_ends(epoch)[NORMAL]
    left, since = best[since >= 0, :, 0], since[since >= 0]
    below = left <= left[0] / 2
    return np.where(below.any(axis=0), since[below.argmax(axis=0)], np.nan)
