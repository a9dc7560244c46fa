"""How results look in a notebook: a line of text, and small tables of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from plasticity.errors import PlasticityError

if TYPE_CHECKING:
    from plasticity.spec import Experiment, Layer
    from plasticity.state import LayerView

_LEFT = ' style="text-align: left"'


def facts(title: str, told: Mapping[str, Any], *below: str) -> str:
    """The HTML of a heading, what is told by name, and what follows below.

    >>> facts("Run", {"seed": 1})[:48]
    '<div><b>Run</b><table><tbody><tr><th style="text'
    """
    rows = [(name, value) for name, value in told.items() if value not in (None, "")]
    return titled(title, table((), rows, of_words=True), *below)


def titled(title: str, *parts: str) -> str:
    """The HTML of a heading above parts that are HTML."""
    return f"<div><b>{escape(title)}</b>{''.join(parts)}</div>"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], of_words: bool = False) -> str:
    """The HTML of a table whose first column names the rows.

    of_words   whether its cells begin at the left, as numbers do not

    >>> table(["a"], [["<b>"]])
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><th>&lt;b&gt;</th></tr></tbody></table>'
    """
    style = _LEFT if of_words else ""
    names = "".join(f"<th{style}>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{_row(row, style)}</tr>" for row in rows)
    above = f"<thead><tr>{names}</tr></thead>" if head else ""
    return f"<table>{above}<tbody>{body}</tbody></table>"


def folded(summary: str, text: str) -> str:
    """The HTML of a text that shows after a click."""
    return f"<details><summary>{escape(summary)}</summary><pre>{escape(text)}</pre></details>"


def summary_of(experiment: Experiment) -> str:
    """An experiment in a line: its data, its layers, its length and its seed."""
    data = experiment.data
    layers = ", ".join(map(_layer, experiment.layers))
    epochs = "1 epoch" if experiment.n_epoch == 1 else f"{experiment.n_epoch} epochs"
    return f"{_name(data)}, {layers}, {epochs}, seed {experiment.seed}"


def html_of(experiment: Experiment) -> str:
    """The HTML of an experiment: what it is made of, and all of it after a click."""
    layers = {experiment.layer_name(i): _layer(at) for i, at in enumerate(experiment.layers)}
    told = {
        "data": _name(experiment.data),
        **layers,
        "epochs": experiment.n_epoch,
        "batch size": experiment.batch_size,
        "seed": experiment.seed,
        "metrics": ", ".join(map(_name, experiment.metrics)),
    }
    try:
        below = folded("as a TOML file", experiment.to_toml())
    except PlasticityError as error:  # of a setting that no file can hold
        below = f"<p>{escape(str(error))}</p>"
    return facts("Experiment", told, below)


def arrays_of(layer: LayerView) -> str:
    """The HTML of a layer: its arrays, with their sizes and their meaning."""
    rows = []
    for name in sorted(layer.names):
        array, variable = layer.array(name), layer.declaration(name)
        dims = ", ".join(map(str, variable.dims))
        shape = " × ".join(map(str, array.shape)) or "a number"
        rows.append((name, dims, shape, array.dtype, variable.description))
    head = ("array", "dimensions", "shape", "type", "meaning")
    return titled(repr(layer)[1:-1], table(head, rows, of_words=True))


def _row(row: Sequence[Any], style: str) -> str:
    first, *others = (escape(str(cell)) for cell in row)
    return f"<th{style}>{first}</th>" + "".join(f"<td{style}>{cell}</td>" for cell in others)


def _layer(layer: Layer) -> str:
    rules = " + ".join(_name(term.rule) for term in layer.rule)
    return f"{layer.neurons} neurons with {rules}"


def _name(part: Any) -> str:
    """The name of a reference or of data, or else the label of a component."""
    return str(getattr(part, "name", "") or getattr(part, "label", type(part).__name__))
