"""The two parts, each of which goes on where it stopped: hidden units, then the head on them."""

import joblib
import numpy as np

import plasticity as pl
from plasticity.errors import StoreError
from plasticity_plugins.readouts.krotov_hopfield_head import KrotovHopfieldHead

TOGETHER = 20  # epochs of the head between two files from which it could go on


def hidden_units(spec, data, store, **settings):
    """The run in which the hidden units learn: kept as finished, gone on with, or begun."""
    try:
        kept = pl.open_run(store)
    except StoreError:
        return pl.run(spec, data=data, out=store, **settings)
    return kept if kept.outcome == "finished" else pl.resume(store, data=data)


def settled_weights(run):
    """The weights (neuron, input) from an image to the currents of a finished run.

    (1 - L)^-1 W,  L_ik = s for i != k and 0 for i = k

    s  strength of uniform lateral connections; where there are none, it is W itself
    """
    weights = run.weights.values
    lateral = run.experiment.layers[-1].lateral
    if lateral is None:
        return weights
    strength = lateral.settings["strength"]
    own, n_unit = 1 + strength, len(weights)
    return (weights + strength / (own - strength * n_unit) * weights.sum(axis=0)) / own


def trained_head(weights, settings, data, file, judging=None):
    """A head that has learnt all its epochs, and its error after every 20 of them.

    weights   of the hidden units (neuron, input)
    settings  of the head
    file      keeps the head on its way
    judging   images for the error; without them there is none
    """
    if file.exists():
        head, errors = joblib.load(file)
    else:
        head, errors = KrotovHopfieldHead(weights=weights, warm_start=True, **settings), {}
    images = data.take(slice(None), np.float32)
    while (done := getattr(head, "n_epoch_", 0)) < settings["epochs"]:
        head.set_params(epochs=min(settings["epochs"], done + TOGETHER))
        head.fit(images, data.labels)
        if judging is not None:
            errors[head.n_epoch_] = error_of(head, judging)
        # What is only half written never carries the name.
        part = file.with_suffix(".part")
        joblib.dump((head, errors), part)
        part.replace(file)
    return head, errors


def error_of(head, data):
    """The share of the images that a head takes for another class."""
    return 1 - head.score(data.take(slice(None), np.float32), data.labels)
