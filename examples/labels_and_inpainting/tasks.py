"""What is asked of a layer: the class of an image, and the half of it that is hidden."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit, train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from plasticity.sklearn import BCM, KrotovHopfield, KrotovHopfieldHead, LabelsAsInputs, completed
from plasticity_plugins.sources.mnist import Mnist

STRENGTHS = [0.5, 1.0, 2.0, 4.0]
N_PROBE = 10_000  # samples that a linear probe learns from


def images(data):
    """Training images, test images, and the labels of both; images (sample, input) in [0, 1]."""
    if data == "digits":
        bunch = load_digits()
        pixels = (bunch.data / 16).astype(np.float32)
        return train_test_split(
            pixels, bunch.target, test_size=0.25, stratify=bunch.target, random_state=0
        )
    train, test = (Mnist().open_data(split) for split in ("train", "test"))
    return train.take(slice(None)), test.take(slice(None)), train.labels, test.labels


def layers(data, epochs=None):
    """The two presets, as long as the data need; the other settings are theirs."""
    sizes = {"digits": (100, epochs or 200), "mnist": (400, epochs or 20)}
    neurons, epochs = sizes[data]
    shared = {"neurons": neurons, "epochs": epochs, "metrics": []}
    return {"Krotov-Hopfield": KrotovHopfield(**shared), "BCM": BCM(**shared)}


def joined(layer, x, labels):
    """The classifier with labels as inputs, their strength chosen on a fifth of these samples."""
    split = ShuffleSplit(1, test_size=0.2, random_state=0)
    search = GridSearchCV(LabelsAsInputs(layer), {"strength": STRENGTHS}, cv=split)
    return search.fit(x, labels).best_estimator_


def with_the_answer(classifier, x, labels):
    """The share of samples whose label the best neuron gives while it is among the inputs."""
    shown = classifier.strength * (labels[:, np.newaxis] == classifier.classes_)
    activity = classifier.layer_.transform(np.hstack([x, shown.astype(np.float32)]))
    given = classifier.layer_.weights_[activity.argmax(axis=1), x.shape[1] :].argmax(axis=1)
    return np.mean(classifier.classes_[given] == labels)


def readouts(layer, data):
    """Two readouts of a layer that has learnt without labels, and stands still."""
    rate = {"digits": 1e-2, "mnist": 1e-3}[data]  # 15 steps an epoch, or 600
    return {
        "linear": make_pipeline(
            FrozenEstimator(layer), StandardScaler(), LogisticRegression(max_iter=1000)
        ),
        "head": make_pipeline(
            Normalizer(), FrozenEstimator(layer), KrotovHopfieldHead(rate=rate, epochs=100)
        ),
    }


def score(name, readout, train, test):
    """The share of test samples that a readout gets right; the linear one learns from fewer."""
    x, labels = train
    count = N_PROBE if name == "linear" else len(x)
    return readout.fit(x[:count], labels[:count]).score(*test)


def fillings(layers_, train, test):
    """The test images with their lower half filled in, by what fills it."""
    hidden = np.arange(test.shape[1]) >= test.shape[1] // 2
    mean, near = test.copy(), test.copy()
    mean[:, hidden] = train[:, hidden].mean(axis=0)
    nearest = KNeighborsRegressor(1).fit(train[:, ~hidden], train[:, hidden])
    near[:, hidden] = nearest.predict(test[:, ~hidden])
    found = {"the mean image": mean, "the nearest training image": near}
    for name, layer in layers_.items():
        for votes in (1, 3):
            filled = completed(layer, test, hidden, votes)
            told = "the closest neuron" if votes == 1 else f"the {votes} closest neurons"
            found[f"{name}, {told}"] = np.clip(filled, 0, 1)
    return hidden, found
