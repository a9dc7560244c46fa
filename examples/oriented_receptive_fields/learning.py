"""Neurons that learn from patches of photographs, and how far they are from PCA."""

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.datasets import load_sample_images

from plasticity import Data, Experiment, Layer, run
from plasticity_plugins.activations.piecewise import Linear
from plasticity_plugins.activations.sigmoids import AsymmetricLogistic
from plasticity_plugins.initializers.distributions import Normal, Uniform
from plasticity_plugins.metrics.gratings import OrientationTuning
from plasticity_plugins.metrics.responses import ResponseKurtosis
from plasticity_plugins.optimizers.sgd import SGD
from plasticity_plugins.rules.bcm import lc94
from plasticity_plugins.schedules.falling import LinearToZero
from plasticity_plugins.sources.natural_images import NaturalImages
from plasticity_plugins.thresholds.mean_square import BlaisTau

SIZE = 13  # pixels of a patch
N_COMPONENT = 10  # behind the tenth component the variance falls most, of those near it
N_PATCH = 20_000
MORE_IMAGES = ("astronaut", "camera", "chelsea", "coffee", "rocket")


def photographs(more):
    """The images that come with scikit-learn, and some of those of scikit-image if wanted."""
    images = list(load_sample_images().images)
    if more:
        from skimage import data

        images += [getattr(data, name)() for name in MORE_IMAGES]
    return images


def oriented(images, steps):
    """BCM neurons after so many patches, measured ever more seldom."""
    every = "8 per decade"
    layer = Layer(
        neurons=16,
        rule=lc94(),
        activation=AsymmetricLogistic(),
        threshold=BlaisTau(tau=1000.0, initial=0.1),
        initializer=Uniform(low=-0.01, high=0.01),
        optimizer=SGD(rate=4e-5),
    )
    experiment = Experiment(
        data=NaturalImages(images=images, size=SIZE, samples=steps),
        layers=[layer],
        epochs=1,
        batch_size=1,
        seed=1,
        metrics=[OrientationTuning(every=every), ResponseKurtosis(every=every)],
    )
    return run(experiment)


def centred_patches(images):
    """Patches (patch, input), whose mean patch is 0."""
    source = NaturalImages(images=images, size=SIZE, examples=N_PATCH)
    patches = source.open_data("train").take(slice(None), "float64")
    return patches - patches.mean(axis=0)


def linear_neurons(rule, neurons, patches, epochs):
    """Linear neurons after so many passes through the patches, at a rate that falls to 0."""
    layer = Layer(
        neurons=neurons,
        rule=rule,
        activation=Linear(),
        initializer=Normal(std=0.01),
        optimizer=SGD(rate=3e-3),
        schedule=LinearToZero(per="step"),
    )
    experiment = Experiment(
        data=Data(patches, image_shape=(SIZE, SIZE)),
        layers=[layer],
        epochs=epochs,
        batch_size=100,
        seed=1,
        metrics=[OrientationTuning(), ResponseKurtosis()],
    )
    return run(experiment)


def angle_between(weights, components):
    """The largest principal angle, in degrees, of what the rows (neuron, input) of each span."""
    return float(np.rad2deg(subspace_angles(np.transpose(weights), components.T)).max())
