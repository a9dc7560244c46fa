"""How an experiment looks in a notebook: a line of text, or a table of HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from plasticity.components.notebook import facts
from plasticity.errors import PlasticityError

if TYPE_CHECKING:
    from plasticity.experiment.spec import Experiment, Layer


def summary_of(experiment: Experiment) -> str:
    """Return an experiment in a line: its data, its layers, its length and its seed."""
    layers = ", ".join(map(_layer, experiment.layers))
    epochs = "1 epoch" if experiment.n_epoch == 1 else f"{experiment.n_epoch} epochs"
    return f"{_name(experiment.data)}, {layers}, {epochs}, seed {experiment.seed}"


def html_of(experiment: Experiment) -> str:
    """Return the HTML of an experiment: what it is made of, and all of it after a click."""
    values = {
        "data": _name(experiment.data),
        **{experiment.layer_name(i): _layer(at) for i, at in enumerate(experiment.layers)},
        "epochs": experiment.n_epoch,
        "batch size": experiment.batch_size,
        "seed": experiment.seed,
        "metrics": ", ".join(map(_name, experiment.metrics)),
    }
    try:
        text = escape(experiment.to_toml())
        below = f"<details><summary>as a TOML file</summary><pre>{text}</pre></details>"
    except PlasticityError as error:  # of a setting that no file can hold
        below = f"<p>{escape(str(error))}</p>"
    return facts("Experiment", values, below)


def _layer(layer: Layer) -> str:
    return f"{layer.neurons} neurons with {' + '.join(_name(term.rule) for term in layer.rule)}"


def _name(part: Any) -> str:
    """Return the name of a reference or of data, or else the label of a component."""
    return str(getattr(part, "name", "") or getattr(part, "label", type(part).__name__))
